import { type ReactNode, act, useLayoutEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { vi } from 'vitest'
import type { Foyer } from '../../../client/foyer.ts'
import { FoyerProvider } from '../../../client/react/foyer-provider.tsx'

/** As much of an element as React asks for while nothing is rendered into it. */
function emptyElement(): Element {
  const page = Object.assign(new EventTarget(), { nodeType: 9, activeElement: null })
  const fields = { nodeType: 1, tagName: 'DIV', ownerDocument: page, firstChild: null }
  return Object.assign(new EventTarget(), fields) as unknown as Element
}

/** Whatever follows from a promise that was just kept has happened. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** Runs a hook in React itself, below a provider, without a browser: what it returns, and all it returned. */
export async function renderHook<T>(foyer: Foyer, hook: () => T) {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.stubGlobal('window', { document: new EventTarget(), HTMLIFrameElement: EventTarget })
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  const returned: T[] = []
  const Probe = (): ReactNode => {
    const value = hook()
    useLayoutEffect(() => void returned.push(value))
    return null
  }
  const root = createRoot(emptyElement())
  await act(async () =>
    root.render(
      <FoyerProvider foyer={foyer}>
        <Probe />
      </FoyerProvider>,
    ),
  )
  const now = (): T => {
    const value = returned.at(-1)
    if (value === undefined) throw new Error('nothing was rendered')
    return value
  }
  const unmount = () => act(async () => root.unmount())
  return { now, returned, unmount }
}
