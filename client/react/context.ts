import { createContext, use } from 'react'
import type { Foyer } from '../foyer.ts'
import type { Stage } from './stage.ts'
import type { Words } from './words.ts'

/** What everything below a `<FoyerProvider>` shares. */
export interface FoyerScope {
  readonly foyer: Foyer
  readonly stage: Stage
  readonly words: Words
  /** A router's way to a page; `null`: links are followed by the browser. */
  readonly onNavigate: ((path: string) => void) | null
}

export const FoyerContext = createContext<FoyerScope | null>(null)

/** @throws where there is no provider: a mistake in the product, not of its user */
export function useScope(): FoyerScope {
  const scope = use(FoyerContext)
  if (scope === null) throw new Error('there is no <FoyerProvider> above')
  return scope
}
