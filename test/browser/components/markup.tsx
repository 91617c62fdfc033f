import { renderToString } from 'react-dom/server'
import { App } from './app.tsx'
import { toldFoyer } from './told-foyer.ts'

/** What a server sends, which knows nobody. */
export const markup = (): string => renderToString(<App foyer={toldFoyer({}).foyer} />)
