import { type ComponentType, StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import './style/index.css'

/** Each page is a file of its own, which only its own HTML asks for. */
const pages = import.meta.glob<{ readonly Page: ComponentType }>('./pages/*/page.tsx')

async function hydrate(root: HTMLElement): Promise<void> {
  const load = pages[`./pages/${root.dataset['page'] ?? ''}/page.tsx`]
  if (load === undefined) throw new Error('this page is in no file')
  const { Page } = await load()
  hydrateRoot(
    root,
    <StrictMode>
      <Page />
    </StrictMode>,
  )
}

const root = document.getElementById('root')
if (root !== null) void hydrate(root)
