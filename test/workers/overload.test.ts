import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { createStores } from '../../src/adapters/hydration-adapters.ts'
import { sweepOverdue } from '../../src/cron/sweep.ts'
import { parseSettings } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import { indexedSession } from '../support/shared/indexed-session.ts'
import { ORIGIN, bearer, bindings, errorOf, freshEmail, signUp } from '../support/worker/api.ts'
import { deliver, wakeOf } from '../support/worker/deliver.ts'

// What the runtime throws at whoever calls an object that cannot take the call
// (https://developers.cloudflare.com/durable-objects/best-practices/error-handling/). It cannot be
// provoked here, so it is thrown where the binding would throw it.

const FAILURES = [
  ['overloaded', { overloaded: true }],
  ['overloaded, and says that a retry may help', { overloaded: true, retryable: true }],
  ['moved in the middle of the call', { retryable: true }],
] as const

/** A namespace whose objects all fail like this, and how often anybody called one. */
function failing(flags: object) {
  const calls: string[] = []
  const names: string[] = []
  const subject = new Proxy(
    {},
    {
      get: (_target, method) => () => {
        calls.push(String(method))
        return Promise.reject(Object.assign(new Error('from the runtime'), flags))
      },
    },
  )
  const getByName = (name: string) => {
    names.push(name)
    return subject
  }
  const env = { ...bindings, SUBJECTS: { getByName } } as unknown as typeof bindings
  return { env, calls, names }
}

const session = await signUp()

const REQUESTS: readonly (readonly [string, () => Request])[] = [
  [
    'open',
    () =>
      new Request(`${ORIGIN}/api/onboarding/speculative`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email: freshEmail(), plan_id: 'pro' }),
      }),
  ],
  [
    'view',
    () => new Request(`${ORIGIN}/api/onboarding/session`, { headers: bearer(session.token) }),
  ],
  [
    'view',
    () =>
      new Request(`${ORIGIN}/api/onboarding/token`, {
        method: 'POST',
        headers: bearer(session.token),
      }),
  ],
  [
    'fetch',
    () =>
      new Request(`${ORIGIN}/ws/onboarding/${session.specId}`, {
        headers: {
          Upgrade: 'websocket',
          'Sec-WebSocket-Protocol': `foyer.v1, bearer.${session.token}`,
        },
      }),
  ],
]

const CASES = FAILURES.flatMap(([name, flags]) =>
  REQUESTS.map(([method, request]) => ({ name, flags, method, request })),
)

test.each(CASES)(
  'F46: an object that is $name is asked once ($method), and the caller is told when to come back',
  async ({ flags, method, request }) => {
    const { env, calls } = failing(flags)
    const context = createExecutionContext()
    const response = await worker.fetch(request(), env, context)
    await waitOnExecutionContext(context)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect((await errorOf(response)).code).toBe('unavailable')
    expect(calls).toEqual([method])
  },
)

test('F46: a fault of our own is no overload: nobody is told to come back', async () => {
  const { env, calls } = failing({})
  const [, request] = REQUESTS[0] ?? []
  if (request === undefined) throw new Error('no request')
  const response = await worker.fetch(request(), env, createExecutionContext())
  expect([response.status, response.headers.get('Retry-After')]).toEqual([500, null])
  expect(calls).toEqual(['open'])
})

test('F46: the consumer asks an overloaded object once for all its messages, and hands them back for later', async () => {
  const { env, calls } = failing({ overloaded: true })
  const wakes = Array.from({ length: 10 }, () => wakeOf(session.token, session.specId))
  const { batch, result } = await deliver('foyer-hydration', wakes, env)
  expect(calls).toEqual(['lease'])
  expect(result.explicitAcks).toEqual([])
  expect(result.retryMessages.map(({ msgId }) => msgId)).toEqual(batch.messages.map(({ id }) => id))
})

test('F46: the cron asks an overloaded object once for all its sessions, and again at a later tick', async () => {
  const { env, names } = failing({ overloaded: true })
  const { subjectKey } = indexedSession()
  const sessions = [1, 2, 3].map((dueAt) => indexedSession({ subjectKey, dueAt }))
  const now = Date.now()
  await createStores(parseSettings(bindings)).index.record(sessions, now)
  const asked = () => names.filter((name) => name === subjectKey).length
  const ticks = []
  for (const minutes of [0, 5]) {
    await sweepOverdue(env, now + minutes * 60_000)
    ticks.push(asked())
  }
  // Whoever other tests left behind comes first, a hundred a tick.
  for (let share = 0; share < 20; share += 1) await sweepOverdue(env, now + 15 * 60_000)
  expect([...ticks, asked()]).toEqual([1, 1, 2])
})
