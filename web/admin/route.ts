import { useSyncExternalStore } from 'react'

/** Where one is in the dashboard: what stands behind the `#`, which no server sees or logs. */
export interface Route {
  readonly area: string
  /** Of a session, a group of letters, … */
  readonly id: string | null
}

export const routeOf = (fragment: string): Route => {
  const [area = '', id = ''] = fragment.replace(/^#\/?/, '').split('/')
  return { area: area === '' ? 'overview' : area, id: id === '' ? null : decoded(id) }
}

/** Somebody may have typed it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const linkTo = (area: string, id?: string): string =>
  id === undefined ? `#/${area}` : `#/${area}/${encodeURIComponent(id)}`

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

export function useRoute(): Route {
  const fragment = useSyncExternalStore(
    subscribe,
    () => location.hash,
    () => '',
  )
  return routeOf(fragment)
}
