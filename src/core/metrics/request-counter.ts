/** At most one statement in this time from each isolate, however many ask there. */
const FLUSH_EVERY_MS = 10_000

export const ROUTE_CLASSES = [
  'sign_up',
  'onboarding',
  'user',
  'auth',
  'behaviour',
  'webhooks',
  'admin',
  'other',
] as const
export type RouteClass = (typeof ROUTE_CLASSES)[number]

/** The first that fits. */
const PREFIXES: readonly (readonly [prefix: string, route: RouteClass])[] = [
  ['/api/onboarding/speculative', 'sign_up'],
  ['/api/onboarding', 'onboarding'],
  ['/ws/onboarding', 'onboarding'],
  ['/api/user', 'user'],
  ['/api/me', 'user'],
  ['/api/auth', 'auth'],
  ['/api/v1', 'behaviour'],
  ['/ws/v1', 'behaviour'],
  ['/webhooks', 'webhooks'],
  ['/api/admin', 'admin'],
  ['/metrics', 'admin'],
]

/** What a path is about; a path itself may name somebody. */
export const routeClassOf = (path: string): RouteClass =>
  PREFIXES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1] ?? 'other'

/** `2xx`; 101 is a socket that was opened. */
export const statusClassOf = (status: number): string => `${Math.floor(status / 100)}xx`

export interface RequestCount {
  readonly route: RouteClass
  readonly status: string
  readonly count: number
}

/**
 * Counts the answers of one isolate until they are written. What could not be written is forgotten: sent
 * again it might count twice, and the figure promises at least so many.
 */
export class RequestCounter {
  #counted = new Map<string, RequestCount>()
  #flushAt: number | null = null

  /** @returns whether the caller is to write what was counted */
  add(route: RouteClass, status: string, now: number): boolean {
    const key = `${route} ${status}`
    const count = (this.#counted.get(key)?.count ?? 0) + 1
    this.#counted.set(key, { route, status, count })
    this.#flushAt ??= now + FLUSH_EVERY_MS
    if (now < this.#flushAt) return false
    this.#flushAt = now + FLUSH_EVERY_MS
    return true
  }

  /** From here on it begins anew. */
  take(): readonly RequestCount[] {
    const counted = [...this.#counted.values()]
    this.#counted = new Map()
    return counted
  }
}
