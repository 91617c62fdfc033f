import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/adapters/neon/database.ts'
import { deadLetters, onboardingSessions } from '../../src/adapters/neon/schema.ts'
import type { SessionSearchResponse } from '../../src/contract/people.ts'
import { parseSettings } from '../../src/env.ts'
import {
  bearer,
  bindings,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  signUp,
  untilSettled,
} from '../support/worker/api.ts'
import { indexOf, rowsOf } from '../support/worker/outside.ts'

const database = connect(parseSettings(bindings))

const post = (body: unknown): Promise<Response> =>
  fetchWorker('/api/admin/sessions/search', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(bindings.ADMIN_TOKEN) },
    body: JSON.stringify(body),
  })

async function search(body: unknown): Promise<SessionSearchResponse> {
  const response = await post(body)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return response.json<SessionSearchResponse>()
}

const idsOf = ({ sessions }: SessionSearchResponse) => sessions.map(({ specId }) => specId)

describe('B2: an operator finds people', () => {
  const email = freshEmail()
  const specIds: string[] = []
  let userId = ''

  beforeAll(async () => {
    for (let count = 0; count < 3; count += 1) {
      const session = await signUp(email)
      await untilSettled(session)
      specIds.unshift(session.specId)
    }
    // What the consumer writes last would undo what the tests write.
    await eventually('the index', async () => {
      const rows = await Promise.all(specIds.map(indexOf))
      return rows.every(([row]) => row?.settledAt)
    })
    userId = (await rowsOf(email))[0]?.userId ?? ''
  })

  test.each([
    ['as it was typed', (address: string) => address],
    ['in other letters', (address: string) => `  ${address.toUpperCase()} `],
  ])('by an address %s, the newest session first', async (_name, typed) => {
    const found = await search({ email: typed(email) })
    expect(idsOf(found)).toEqual(specIds)
    expect(found.person).toEqual({ userId, kind: 'email', identity: email, provenAt: null })
    expect(found.next).toBeNull()
  })

  test('by the id of their account', async () => {
    const found = await search({ userId })
    expect(idsOf(found)).toEqual(specIds)
    expect(found.person?.identity).toBe(email)
  })

  test.each([4, 8, 9, 20, 36])('by the first %i letters of a session', async (length) => {
    const [specId = ''] = specIds
    const found = await search({ specId: specId.slice(0, length), limit: 200 })
    expect(idsOf(found)).toContain(specId)
    expect(idsOf(found).every((id) => id.startsWith(specId.slice(0, length)))).toBe(true)
  })

  test('X42: no address is in what is found by anything but a person', async () => {
    const [specId = ''] = specIds
    for (const body of [{ specId }, { limit: 200 }, { state: 'failed' }]) {
      const text = await (await post(body)).text()
      expect(text).not.toMatch(/@|subject|key/i)
      expect((JSON.parse(text) as SessionSearchResponse).person).toBeNull()
    }
  })

  test('in pages, each session once', async () => {
    const seen: string[] = []
    let after: string | null = null
    do {
      const page: SessionSearchResponse = await search({ email, limit: 1, ...(after && { after }) })
      seen.push(...idsOf(page))
      after = page.next
    } while (after !== null)
    expect(seen).toEqual(specIds)
  })

  const MINUTES_AGO = (minutes: number) => new Date(Date.now() - minutes * 60_000)
  const change = (specId: string, values: Partial<typeof onboardingSessions.$inferInsert>) =>
    database.update(onboardingSessions).set(values).where(eq(onboardingSessions.specId, specId))

  test.each([
    [
      'pending_long',
      () => change(specIds[0] ?? '', { settledAt: null, openedAt: MINUTES_AGO(11) }),
      () => change(specIds[0] ?? '', { settledAt: null, openedAt: MINUTES_AGO(9) }),
    ],
    [
      'failed',
      () => change(specIds[0] ?? '', { status: 'failed', settledAt: new Date() }),
      () => change(specIds[0] ?? '', { status: 'merged' }),
    ],
    [
      'unfinished',
      () => change(specIds[0] ?? '', { archivedAt: new Date() }),
      () => change(specIds[0] ?? '', { archivedAt: new Date(), provenAt: new Date() }),
    ],
    [
      'dead_lettered',
      () =>
        database.insert(deadLetters).values({
          id: `letter of ${specIds[0]}`,
          source: 'run',
          fingerprint: 'a'.repeat(16),
          step: 'billing',
          kind: 'rejected',
          specId: specIds[0] ?? '',
          run: 1,
          detail: 'a test',
          failedAt: new Date(),
        }),
      () =>
        database
          .update(deadLetters)
          .set({ settledAt: new Date(), state: 'resolved' })
          .where(eq(deadLetters.specId, specIds[0] ?? '')),
    ],
  ] as const)('B10: by what is wrong: %s', async (state, become, cease) => {
    await become()
    expect(idsOf(await search({ email, state }))).toEqual([specIds[0]])
    await cease()
    expect(idsOf(await search({ email, state }))).toEqual([])
  })
})

test.each([
  ['nobody has', { email: 'nobody-has-this-address@example.com' }],
  ['was never given', { userId: crypto.randomUUID() }],
  ['no session has', { specId: crypto.randomUUID() }],
  ['no session has, in capitals', { specId: crypto.randomUUID().toUpperCase() }],
  ['is older than any session', { after: `0.${crypto.randomUUID()}` }],
])('finds nobody by what %s', async (_name, body) => {
  expect(await search(body)).toEqual({ sessions: [], next: null, person: null })
})

test.each([
  ['two at once', { email: 'a@example.com', userId: crypto.randomUUID() }],
  ['no address', { email: 'nobody' }],
  ['too short a beginning', { specId: 'abc' }],
  ['a pattern', { specId: '%%%%' }],
  ['dashes where digits belong', { specId: 'deadbeef---' }],
  ['nothing but dashes behind the beginning', { specId: `deadbeef-${'-'.repeat(27)}` }],
  ['digits where dashes belong', { specId: 'deadbeef-dead0beef' }],
  ['an id in braces', { specId: `{${crypto.randomUUID()}}` }],
  ['more than an id', { specId: `${crypto.randomUUID()}0` }],
  ['ten kilobytes', { specId: 'a'.repeat(10_000) }],
  ['digits of another script', { specId: '１２３４５６７８' }],
  ['a coded NUL', { specId: 'dead%00' }],
  ['NUL', { specId: 'dead\0' }],
  ['an id of an account that is dashes', { userId: '-'.repeat(36) }],
  ['a state that there is not', { state: 'sad' }],
  ['too many', { limit: 201 }],
  ['a cursor of somebody’s own', { after: 'x' }],
  ['a cursor of dashes', { after: `1.${'-'.repeat(36)}` }],
  ['a cursor beyond all calendars', { after: `999999999999999.${crypto.randomUUID()}` }],
  ['something unknown', { name: 'ada' }],
])('refuses %s', async (_name, body) => {
  const response = await post(body)
  expect(response.status).toBe(400)
  expect((await errorOf(response)).code).toBe('validation_failed')
})

test.each([
  'sessions/deadbeef---',
  `sessions/${'-'.repeat(36)}`,
  'sessions/%00',
  'sessions/%F0%9F%90%9D',
  `sessions/${'a'.repeat(10_000)}`,
  `sessions/${crypto.randomUUID().toUpperCase()}`,
  'people/erasures/deadbeef---',
  'replays/deadbeef---',
  'dead-letters/%00',
])('B2: there is nothing at %.60s', async (path) => {
  const headers = bearer(bindings.ADMIN_TOKEN)
  expect((await fetchWorker(`/api/admin/${path}`, { headers })).status).toBe(404)
})

test.each([
  `dead-letters/${'a'.repeat(16)}?after=%00`,
  'policy/dead-letters?after=%00',
  `operator-actions?after=${'-'.repeat(36)}`,
])('B2: refuses %s', async (path) => {
  const headers = bearer(bindings.ADMIN_TOKEN)
  expect((await fetchWorker(`/api/admin/${path}`, { headers })).status).toBe(400)
})

test('A9: there is no letter to ask about again whose id is NUL', async () => {
  const response = await fetchWorker('/api/admin/policy/dead-letters/%00/decide-again', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(bindings.ADMIN_TOKEN) },
    body: JSON.stringify({ operator: 'ada', reason: 'a test' }),
  })
  expect(response.status).toBe(404)
})
