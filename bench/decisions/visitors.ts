import { randomUUID } from 'node:crypto'
import pLimit from 'p-limit'
import { z } from 'zod'
import type { BehaviourEvent, BehaviourMessage } from '../../src/contract/behaviour.ts'
import { CREATED, type Call, answerTo, newPeople, signUp } from '../harness/request.ts'

/** Sign-ups are not what is measured here. */
const SIGN_UPS_AT_ONCE = 16

const SignedUp = z.object({ token: z.string(), specId: z.string() })
const Claims = z.object({ key: z.string() })

/** Somebody with a session. */
export interface Visitor {
  readonly specId: string
  readonly token: string
  /** Of their object, as the token tells it. */
  readonly key: string
}

/** People never seen, each with a session. */
export function newVisitors(foyer: URL, count: number): Promise<readonly Visitor[]> {
  const limit = pLimit(SIGN_UPS_AT_ONCE)
  return Promise.all(
    newPeople(count).map((person) =>
      limit(async () => {
        const { token, specId } = SignedUp.parse(await answerTo(foyer, signUp(person), CREATED))
        const [, payload = ''] = token.split('.')
        const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
        return { specId, token, key: Claims.parse(claims).key }
      }),
    ),
  )
}

/** What somebody did, once. */
export interface Deed {
  readonly eventId: string
  readonly path: string
  /** A form that failed, and how; absent: a page was viewed. */
  readonly error?: string
}

export const viewOf = (path: string): Deed => ({ eventId: randomUUID(), path })

const typeOf = ({ error }: Deed) => (error === undefined ? 'page_view' : 'form_submit')

/** As a browser reports it. */
export const reportOf = ({ specId, token }: Visitor, { eventId, ...payload }: Deed): Call => ({
  method: 'POST',
  path: '/api/v1/events',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  body: JSON.stringify({
    userId: specId,
    sessionId: 'tab-1',
    eventId,
    eventType: typeOf({ eventId, ...payload }),
    payload,
  }),
})

/** As the queue brings it. */
export function messageOf({ specId, key }: Visitor, deed: Deed): BehaviourMessage {
  const now = Date.now()
  const event: BehaviourEvent = {
    ...deed,
    sessionId: 'tab-1',
    type: typeOf(deed),
    at: now,
    receivedAt: now,
    dropped: 0,
  }
  return { v: 1, type: 'events', key, person: specId, traceparent: '', events: [event] }
}
