import { eq, ne, sum } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connect } from '../../src/adapters/neon/database.ts'
import { createLedgerStore } from '../../src/adapters/neon/ledger.ts'
import { acceptances, onboardingSessions, users } from '../../src/adapters/neon/schema.ts'
import { keepLedger } from '../../src/cron/keep-ledger.ts'
import { parseSettings } from '../../src/env.ts'
import { bindings, eventually, freshEmail, signUp, untilSettled } from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import {
  auth0,
  customersOf,
  deleteCustomer,
  fault,
  identitiesOf,
  indexOf,
  rowsOf,
} from '../support/worker/outside.ts'
import { untilOver } from '../support/worker/run.ts'

const HOUR_MS = 3_600_000
const FLUSH_PAUSE_MS = 10_000
const database = connect(parseSettings(bindings))
const ledger = createLedgerStore(database)

const realNow = Date.now.bind(Date)
const realSetTimeout = setTimeout

// Nobody here waits ten seconds for a flush.
beforeEach(() => {
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms?: number) =>
    realSetTimeout(run, ms === FLUSH_PAUSE_MS ? 100 : ms),
  )
})

afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all([fault('DATABASE', null), fault('STRIPE', null), fault('AUTH0', null)])
  await resetBudgets()
})

/** What the log was told, as it is written. */
const linesOf = (spy: { readonly mock: { readonly calls: unknown[][] } }) =>
  spy.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>)

describe('B10: an account has one of each thing', () => {
  /** An account that was built, and that the ledger finds even. */
  async function person() {
    const email = freshEmail()
    await untilSettled(await signUp(email))
    expect(await lookAt(email)).toEqual([])
    return email
  }

  /** The open findings of this person, once the ledger has looked at nobody but them. */
  async function lookAt(email: string) {
    const checked = database.update(users).set({ ledgerCheckedAt: new Date() })
    await checked.where(ne(users.email, email))
    await database.update(users).set({ ledgerCheckedAt: null }).where(eq(users.email, email))
    await keepLedger(bindings, Date.now())
    return (await findingsOf(email)).filter(({ resolvedAt }) => resolvedAt === null)
  }

  async function findingsOf(email: string) {
    const [row] = await rowsOf(email)
    const all = await ledger.findings(1_000)
    return all.filter(({ subjectKey }) => subjectKey === row?.subjectKey)
  }

  const again = async (email: string) => untilOver(await signUp(email))

  test('a customer deleted by hand is found, mended by the next sign-up, and resolved', async () => {
    const email = await person()
    const [customer] = await customersOf(email)
    await deleteCustomer(customer?.id ?? '')
    expect(await lookAt(email)).toMatchObject([{ kind: 'billing', expected: 1, found: 0 }])
    expect((await again(email)).status).toBe('merged')
    expect(await lookAt(email)).toEqual([])
    expect(await findingsOf(email)).toMatchObject([{ kind: 'billing', found: 0 }])
  })

  test('a second customer made by hand with our metadata is found until it is gone', async () => {
    const email = await person()
    const [row] = await rowsOf(email)
    const made = await fetch(`${bindings.STRIPE_API_BASE}/v1/customers`, {
      method: 'POST',
      headers: { Authorization: 'Bearer sk_test_look' },
      body: new URLSearchParams({ email, 'metadata[foyer_user_id]': row?.userId ?? '' }),
    })
    const { id } = await made.json<{ id: string }>()
    expect(await lookAt(email)).toMatchObject([{ kind: 'billing', expected: 1, found: 2 }])
    await deleteCustomer(id)
    expect(await lookAt(email)).toEqual([])
  })

  test('a customer whose address was changed by hand is still the one', async () => {
    const email = await person()
    const [customer] = await customersOf(email)
    const changed = await fetch(`${bindings.STRIPE_API_BASE}/v1/customers/${customer?.id}`, {
      method: 'POST',
      headers: { Authorization: 'Bearer sk_test_look' },
      body: new URLSearchParams({ email: freshEmail() }),
    })
    expect(changed.status).toBe(200)
    expect(await customersOf(email)).toEqual([])
    expect(await lookAt(email)).toEqual([])
  })

  test('an identity deleted by hand is found, mended by the next sign-up, and resolved', async () => {
    const email = await person()
    const [identity] = await identitiesOf(email)
    await auth0('DELETE', `/users/${encodeURIComponent(identity?.user_id ?? '')}`)
    expect(await lookAt(email)).toMatchObject([{ kind: 'identity', expected: 1, found: 0 }])
    expect((await again(email)).status).toBe('merged')
    expect(await lookAt(email)).toEqual([])
  })

  test('F20: an identity that somebody else holds is no imbalance', async () => {
    const email = freshEmail()
    await auth0('POST', '/users', {
      connection: 'Username-Password-Authentication',
      email,
      password: 'a4F7-x9Kq2-Lm8Z',
    })
    await untilSettled(await signUp(email))
    expect((await rowsOf(email))[0]?.auth0UserId).toBeNull()
    expect(await lookAt(email)).toEqual([])
  })

  test.each(['STRIPE', 'AUTH0'] as const)('no answer from %s is no finding', async (service) => {
    const email = await person()
    await fault(service, { kind: 'status', status: 503 })
    expect(await lookAt(email)).toEqual([])
  })

  test('what was found stays found while its provider is away', async () => {
    const email = await person()
    const [customer] = await customersOf(email)
    await deleteCustomer(customer?.id ?? '')
    expect(await lookAt(email)).toHaveLength(1)
    await fault('STRIPE', { kind: 'status', status: 503 })
    expect(await lookAt(email)).toHaveLength(1)
  })
})

describe('B10: acceptances are counted apart from the index', () => {
  let year = 2040

  /** From here on it is the beginning of an hour of which nobody else knows. */
  function inAnHourOfItsOwn(): number {
    const hour = Date.UTC((year += 1), 0)
    const ahead = hour - realNow()
    vi.spyOn(Date, 'now').mockImplementation(() => realNow() + ahead)
    return hour
  }

  const accepted = async (hour: number): Promise<number> => {
    const [row] = await database
      .select({ count: sum(acceptances.count).mapWith(Number) })
      .from(acceptances)
      .where(eq(acceptances.hour, new Date(hour)))
    return row?.count ?? 0
  }

  const counted = (hour: number, count: number) =>
    eventually(`${count} acceptances`, async () => (await accepted(hour)) === count)

  /** What the ledger says when this hour is closed, and what it told the log. */
  async function closed(hour: number) {
    const alarms = vi.spyOn(console, 'error')
    await keepLedger(bindings, hour + 2 * HOUR_MS)
    const balance = (await ledger.latest())?.balance
    return {
      balance,
      alarms: linesOf(alarms).filter(({ kind }) => kind === 'missing_sessions'),
    }
  }

  test('after an ordinary crowd it is balanced: newcomers, returning people, repeated requests', async () => {
    const hour = inAnHourOfItsOwn()
    const emails = Array.from({ length: 8 }, () => freshEmail())
    const key = { 'Idempotency-Key': 'a-key-of-sixteen-characters' }
    const [first, ...others] = await Promise.all([...emails, ...emails].map((to) => signUp(to)))
    const [once, twice] = [await signUp(emails[0], key), await signUp(emails[0], key)]
    expect(once.specId).toBe(twice.specId)
    const sessions = [...others, once, ...(first ? [first] : [])]
    for (const session of sessions) await untilOver(session)
    await counted(hour, 17)
    for (const { specId } of sessions) {
      await eventually('the index', async () => (await indexOf(specId))[0]?.settledAt)
    }
    const { balance, alarms } = await closed(hour)
    expect(balance).toMatchObject({ unevenHours: [], uncounted: 0 })
    expect(alarms).toEqual([])
    const open = (await ledger.findings(1_000)).filter(({ resolvedAt }) => resolvedAt === null)
    const keys = (await Promise.all(emails.map(rowsOf))).flat().map((row) => row.subjectKey)
    expect(keys).toHaveLength(8)
    expect(open.filter(({ subjectKey }) => keys.includes(subjectKey))).toEqual([])
  })

  test('a person who was promised a session that the index does not have is an imbalance', async () => {
    const hour = inAnHourOfItsOwn()
    const [lost, other] = [await signUp(), await signUp()]
    for (const session of [lost, other]) await untilSettled(session)
    await counted(hour, 2)
    await eventually('the index', async () => (await indexOf(lost.specId))[0]?.settledAt)
    await database.delete(onboardingSessions).where(eq(onboardingSessions.specId, lost.specId))
    const { balance, alarms } = await closed(hour)
    expect(balance?.imbalances).toContainEqual({ kind: 'missing_sessions', count: 1 })
    expect(balance?.unevenHours).toEqual([{ hour, accepted: 2, indexed: 1 }])
    expect(alarms).toEqual([
      { level: 'error', event: 'ledger.imbalance', kind: 'missing_sessions', count: 1 },
    ])
  })

  test.each(['reject', 'commit_then_drop'])(
    'Postgres is away at a flush (%s): counted with the next one, once',
    async (kind) => {
      const hour = inAnHourOfItsOwn()
      const warnings = vi.spyOn(console, 'warn')
      const written = () =>
        linesOf(warnings).some(({ event }) => event === 'acceptances.not_written')
      await fault('DATABASE', { kind })
      await signUp()
      await eventually('a flush in vain', () => Promise.resolve(written()))
      await fault('DATABASE', null)
      expect(await accepted(hour)).toBe(kind === 'reject' ? 0 : 1)
      await signUp()
      await counted(hour, 2)
      // And what comes later adds only itself.
      await signUp()
      await counted(hour, 3)
    },
  )

  test('S2: the answer waits for no statement of the ledger, though the database hangs', async () => {
    inAnHourOfItsOwn()
    const events: string[] = []
    const realFetch = globalThis.fetch.bind(globalThis)
    vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
      if (typeof init?.body === 'string' && init.body.includes('acceptances')) events.push('flush')
      return realFetch(input, init)
    })
    await fault('DATABASE', { kind: 'hang' })
    await signUp()
    events.push('answered')
    await eventually('the flush', () => Promise.resolve(events.includes('flush')))
    expect(events).toEqual(['answered', 'flush'])
  })
})
