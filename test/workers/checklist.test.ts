import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import type { BehaviourEvent } from '../../src/contract/behaviour.ts'
import type { ChecklistView } from '../../src/contract/recommendation.ts'
import {
  bearer,
  claimsOf,
  errorOf,
  fetchWorker,
  freshEmail,
  signUp,
  subjectOf,
} from '../support/worker/api.ts'
import { withEnv } from '../support/worker/subject.ts'
import { prove } from '../support/worker/tokens.ts'

const get = (token: string): Promise<Response> =>
  fetchWorker('/api/v1/checklist', { headers: bearer(token) })

/** `+` was done, `-` can be. */
async function marks(token: string): Promise<readonly string[]> {
  const answer = await get(token)
  expect(answer.status).toBe(200)
  const { items } = await answer.json<ChecklistView>()
  return items.map(({ id, done }) => `${done ? '+' : '-'}${id}`)
}

/** Sends this form now, and the object hears of it. */
const sends = (token: string, target: string, change: Partial<BehaviourEvent> = {}) =>
  subjectOf(token).observe({
    person: String(claimsOf(token)['sub']),
    tones: [],
    events: [
      {
        eventId: crypto.randomUUID(),
        sessionId: 'tab-1',
        type: 'form_submit',
        target,
        at: Date.now(),
        receivedAt: Date.now(),
        dropped: 0,
        ...change,
      },
    ],
  })

const OF_A_SESSION = ['-verify_email', '-choose_workspace_name']

describe('A6: GET /api/v1/checklist', () => {
  test('A6: tells a session what it did and can do, and a member what comes of the proof', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    expect(await marks(session.token)).toEqual(OF_A_SESSION)
    await sends(session.token, 'workspace')
    expect(await marks(session.token)).toEqual(['+choose_workspace_name', '-verify_email'])

    const member = await prove(session, email)
    expect((await get(session.token)).status).toBe(401)
    expect(await marks(member.token)).toEqual([
      '+choose_workspace_name',
      '+verify_email',
      '-create_project',
    ])
    await sends(member.token, 'project')
    expect((await marks(member.token)).slice(0, 4)).toEqual([
      '+choose_workspace_name',
      '+verify_email',
      '+create_project',
      '-create_task',
    ])
  })

  test('A6: decides and keeps nothing, however often it is asked', async () => {
    const { token } = await signUp()
    for (const _ of [1, 2, 3]) await get(token)
    const tables = await runInDurableObject(
      subjectOf(token),
      (_instance, { storage: { sql } }: DurableObjectState) =>
        sql.exec<{ name: string }>('SELECT name FROM sqlite_master').toArray(),
    )
    expect(tables.map(({ name }) => name)).not.toContain('people')
  })

  test('A14: is 204 for the holdout', async () => {
    const { token } = await signUp()
    await withEnv(subjectOf(token), { HOLDOUT_PERCENT: '100', RULES_BASELINE_PERCENT: '0' })
    const answer = await get(token)
    expect([answer.status, await answer.text()]).toEqual([204, ''])
  })

  test('B13: of an address that was proved, a session sees what it would see of a new one', async () => {
    const email = freshEmail()
    const member = await prove(await signUp(email), email)
    await sends(member.token, 'project')
    const alike = async (token: string) => {
      const answer = await get(token)
      const { status } = answer
      return { status, headers: [...answer.headers.keys()].toSorted(), body: await answer.text() }
    }
    const { token } = await signUp(email)
    expect(await alike(token)).toEqual(await alike((await signUp()).token))
    expect(await marks(token)).toEqual(OF_A_SESSION)
  })

  test('B1: another session of the address has a list of its own', async () => {
    const email = freshEmail()
    const [own, other] = [await signUp(email), await signUp(email)]
    await sends(own.token, 'workspace')
    expect(await marks(other.token)).toEqual(OF_A_SESSION)
    await prove(own, email)
    const answer = await get(other.token)
    expect([answer.status, (await errorOf(answer)).code]).toEqual([401, 'unauthorized'])
  })
})
