import { createContext, use } from 'react'
import { request } from '../../client/http.ts'
import type { Outcome } from '../../client/problem.ts'

/** What an operator does must be read back by others: who it was, unless Access says so, and why. */
export interface Order {
  readonly operator?: string
  readonly reason: string
}

/** The way of this page to `/api/admin`. */
export interface Desk {
  read<T>(path: string, signal?: AbortSignal): Outcome<T>
  /** Something that changes something, or that must not be in an address. */
  send<T>(path: string, body: object): Outcome<T>
  /** As Cloudflare Access knows them; `null`: each order says so itself. */
  readonly operator: string | null
}

const BASE = '/api/admin'

/** @param token of `ADMIN_TOKEN`; `null`: Cloudflare Access vouches, by its cookie */
export function openDesk(token: string | null, operator: string | null): Desk {
  const shown = token ?? undefined
  // Access stands before us, and knows its people by a cookie of its own.
  const credentials = 'same-origin'
  return {
    read: (path, signal) =>
      request('', { path: `${BASE}${path}`, credentials, ...(signal && { signal }) }, shown),
    send: (path, body) =>
      request('', { path: `${BASE}${path}`, method: 'POST', body, credentials }, shown),
    operator,
  }
}

export const DeskContext = createContext<Desk | null>(null)

/** @throws outside of the gate */
export function useDesk(): Desk {
  const desk = use(DeskContext)
  if (desk === null) throw new Error('nobody has come in')
  return desk
}
