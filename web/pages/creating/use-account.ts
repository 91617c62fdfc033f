import { useEffect, useState } from 'react'
import { foyer } from '../../parts/foyer.ts'

/** What `GET /api/user/status` says, and what else may be. */
export type AccountState =
  | 'unknown'
  | 'nobody_asked'
  | 'pending'
  | 'processing'
  | 'completed'
  | 'failed'
  | 'signed_out'

/** Accounts take seconds; who looks at this page does so for not much longer. */
const ASK_EVERY_MS = 1_500

const STATES: Readonly<Record<string, AccountState>> = {
  pending: 'pending',
  processing: 'processing',
  completed: 'completed',
  failed: 'failed',
}

/** Of the member that this browser acts for; asked for until it is settled. */
export function useAccount(): { readonly state: AccountState; readonly ask: () => void } {
  const [state, setState] = useState<AccountState>('unknown')
  const settled = state !== 'unknown' && state !== 'pending' && state !== 'processing'
  useEffect(() => {
    if (settled) return
    let over = false
    const look = async () => {
      const found = await status('GET', '/api/user/status')
      if (!over && found !== null) setState(found)
    }
    void look()
    const timer = setInterval(() => void look(), ASK_EVERY_MS)
    return () => {
      over = true
      clearInterval(timer)
    }
  }, [settled])
  const ask = () =>
    void status('POST', '/api/user/onboard').then((found) => setState(found ?? state))
  return { state, ask }
}

/** `null`: nothing new, the server was out of reach or busy. */
async function status(method: string, path: string): Promise<AccountState | null> {
  const token = await foyer.token()
  if (token === null) return 'signed_out'
  const headers = { Authorization: `Bearer ${token}` }
  const response = await fetch(path, { method, headers }).catch(() => null)
  if (response?.status === 404) return 'nobody_asked'
  if (!response?.ok) return null
  const { state } = (await response.json()) as { readonly state: string }
  return STATES[state] ?? null
}
