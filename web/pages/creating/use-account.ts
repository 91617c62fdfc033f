import { useCallback, useEffect, useState } from 'react'
import { request } from '../../../client/http.ts'
import type { Outcome, Problem } from '../../../client/problem.ts'
import { useCall } from '../../../client/react/use-call.ts'
import { ok } from '../../../src/contract/result.ts'
import { foyer } from '../../parts/foyer.ts'
import { repeatWhileVisible } from './repeat-while-visible.ts'

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

interface Account {
  readonly state: AccountState
  /** Why the last question, or the last wish, came to nothing. */
  readonly problem: Problem | null
  /** Whether a wish is under way. */
  readonly pending: boolean
  /** For the account to be built. */
  readonly ask: () => void
}

/** Of the member that this browser acts for; asked for until it is settled. */
export function useAccount(): Account {
  const [state, setState] = useState<AccountState>('unknown')
  const [missed, setMissed] = useState<Problem | null>(null)
  const settled = state !== 'unknown' && state !== 'pending' && state !== 'processing'
  useEffect(() => {
    if (settled) return
    return repeatWhileVisible(async () => {
      const found = await account({ path: '/api/user/status' })
      if (found.ok) setState(found.value)
      const problem = found.ok ? null : found.error
      setMissed(problem)
      return problem
    }, ASK_EVERY_MS)
  }, [settled])
  const wish = useCall<void, AccountState>(
    useCallback(async () => {
      const found = await account({ path: '/api/user/onboard', method: 'POST' })
      if (found.ok) setState(found.value)
      return found
    }, []),
  )
  const { pending, start } = wish
  return { state, problem: settled ? wish.problem : missed, pending, ask: start }
}

interface Question {
  readonly path: string
  readonly method?: 'POST'
}

async function account(question: Question): Outcome<AccountState> {
  const token = await foyer.token()
  if (token === null) return ok('signed_out')
  const answer = await request<{ readonly state: string }>('', question, token)
  if (answer.ok) return ok(STATES[answer.value.state] ?? 'unknown')
  return answer.error.code === 'not_found' ? ok('nobody_asked') : answer
}
