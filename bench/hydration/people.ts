import { decodeJwt } from 'jose'
import pLimit from 'p-limit'
import { z } from 'zod'
import { RUN_DEADLINE_MS } from '../../src/core/onboarding/limits.ts'
import type { WakeMessage } from '../../src/contract/messages.ts'
import { CREATED, answerTo, newPeople, signUp } from '../harness/request.ts'
import type { Side } from '../harness/side.ts'

/** As many as a browserful of people; how long it takes is another section's question. */
const CONNECTIONS = 16
const NO_TRACE = `00-${'0'.repeat(31)}1-${'0'.repeat(15)}1-00`

const SignedUp = z.object({ token: z.string(), specId: z.uuid() })
const Claims = z.object({ key: z.string() })

/** Somebody who has signed up and whose account is still to be built. */
export interface Newcomer {
  readonly token: string
  readonly specId: string
  /** What the queue would carry. */
  readonly wake: WakeMessage
}

/** So many people, each with one session. */
export function signUpNewcomers({ url }: Side, count: number): Promise<readonly Newcomer[]> {
  const limit = pLimit(CONNECTIONS)
  return limit.map(newPeople(count), (person) => signUpNewcomer(url, person))
}

async function signUpNewcomer(url: URL, person: string): Promise<Newcomer> {
  const openedAt = Date.now()
  const { token, specId } = SignedUp.parse(await answerTo(url, signUp(person), CREATED))
  const { key } = Claims.parse(decodeJwt(token))
  const deadlineAt = openedAt + RUN_DEADLINE_MS
  const session = { specId, run: 1, openedAt, deadlineAt, origin: 'sign_up' } as const
  return { token, specId, wake: { v: 1, key, sessions: [session], traceparent: NO_TRACE } }
}
