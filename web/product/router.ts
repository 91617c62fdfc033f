import { useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'
import { PRODUCT_PATHS, type ProductPath } from './paths.ts'

// The History API and a table: thirteen pages need no more.

const listeners = new Set<() => void>()

const tell = (): void => {
  for (const listener of listeners) listener()
}

/** To another page of the product without leaving this one, and to any other by the browser. */
export function go(address: string): void {
  const url = new URL(address, location.href)
  if (matchPath(url.pathname) === null) return location.assign(address)
  if (url.href !== location.href) history.pushState(null, '', address)
  inTransition(() => {
    tell()
    scrollTo(0, 0)
  })
}

/** Where the browser can fade from one page to the next, it does. */
function inTransition(change: () => void): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  if (still || !('startViewTransition' in document)) return change()
  document.startViewTransition(() => flushSync(change))
}

/** `null` while the page hydrates: the server renders one page for all addresses. */
export const useAddress = (): string | null =>
  useSyncExternalStore(
    subscribe,
    () => location.pathname,
    () => null,
  )

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('popstate', listener)
  }
}

export interface Match {
  readonly path: ProductPath
  /** What stands for `:id`. */
  readonly id: string
}

/** Which page an address is; one of just that name goes before one with an open part. */
export function matchPath(address: string): Match | null {
  const parts = address.split('/')
  const fitting = PRODUCT_PATHS.filter((path) => fits(path.split('/'), parts))
  const path = fitting.find((candidate) => !candidate.includes(':')) ?? fitting[0]
  return path === undefined ? null : { path, id: parts.at(-1) ?? '' }
}

const fits = (pattern: readonly string[], parts: readonly string[]): boolean =>
  pattern.length === parts.length &&
  pattern.every((part, at) => (part.startsWith(':') ? parts[at] !== '' : part === parts[at]))
