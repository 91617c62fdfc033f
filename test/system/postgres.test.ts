import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Foyer, patiently } from '../support/foyer.ts'
import { Outsider } from '../support/outsider.ts'
import { counts, each, people, runStatusOf, signUp, untilMerged } from '../support/people.ts'
import { type TestPostgres, startPostgres } from '../support/postgres.ts'

// Black box: the whole system over a real PostgreSQL, which fails under the consumer.

let postgres: TestPostgres
let foyer: Foyer
let outsider: Outsider

beforeAll(async () => {
  postgres = await startPostgres()
  foyer = await Foyer.create({ USER_LIMIT_PER_MINUTE: '0', DATABASE_URL: postgres.url })
  await foyer.start()
})

afterAll(async () => {
  await foyer.cleanUp()
  await postgres.stop()
})

beforeEach(async () => {
  outsider = await Outsider.connect(postgres.url)
})

afterEach(() => outsider.leave())

const signUpAll = (emails: readonly string[]) =>
  Promise.all(emails.map((email) => signUp(foyer, email)))

/** How often a consumer went to work for each of them: the fence grows with every lease. */
const fences = async (tag: string) => {
  const rows = await foyer.connect()`SELECT DISTINCT fence FROM users WHERE email LIKE ${`${tag}%`}`
  return rows.map((row) => Number(row['fence']))
}

/** As PostgreSQL counted them; it takes a moment to say so. */
const deadlocks = async () => {
  const [row] = await foyer.connect()`
    SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`
  return Number(row?.['deadlocks'])
}

test('F27: the first query takes seconds, as after a cold start: one attempt for everybody', async () => {
  await outsider.run('BEGIN')
  await outsider.run('LOCK TABLE users')
  const sessions = await signUpAll(people('cold-', 10))
  await outsider.untilWaiting()
  // Within what a query may take.
  await sleep(3_000)
  await outsider.run('COMMIT')
  await untilMerged(foyer, sessions)
  expect(await fences('cold-')).toEqual([1])
  expect(await counts(foyer, 'cold-')).toEqual(each(10))
})

test('F9, F27: a query that takes longer than we wait is made again, and there is one of everything', async () => {
  await outsider.run('BEGIN')
  await outsider.run('LOCK TABLE users')
  const sessions = await signUpAll(people('frozen-', 10))
  // Whoever gave up waits on in PostgreSQL, beside the next attempt.
  await outsider.untilWaiting(2)
  await outsider.run('COMMIT')
  await untilMerged(foyer, sessions)
  expect(await counts(foyer, 'frozen-')).toEqual(each(10))
})

/**
 * Somebody else locks the last row, then one that the consumer who waits for it holds. Which people
 * share a statement is the queue's affair: a consumer that holds nothing makes no deadlock.
 */
const crossLocks = async (keys: readonly string[]) => {
  const lock = (key: string) =>
    outsider.run('UPDATE users SET updated_at = now() WHERE subject_key = $1', key)
  const last = keys.at(-1) ?? expect.fail('nobody to lock')
  await outsider.run('BEGIN')
  await lock(last)
  const sessions = await signUpAll(people('locked-', 10))
  await outsider.untilWaiting()
  const free = await foyer.connect()`
    SELECT subject_key FROM users WHERE email LIKE 'locked-%' FOR UPDATE SKIP LOCKED`
  const held = keys.filter((key) => key !== last && !free.some((row) => row['subject_key'] === key))
  await Promise.all(held.slice(0, 1).map(lock))
  await outsider.run('COMMIT')
  await untilMerged(foyer, sessions)
}

test('F25: returning people whose rows somebody else locks in the opposite order: all of them merge', async () => {
  await untilMerged(foyer, await signUpAll(people('locked-', 10)))
  const rows = await foyer.connect()`
    SELECT subject_key FROM users WHERE email LIKE 'locked-%' ORDER BY subject_key`
  const keys = rows.map((row) => String(row['subject_key']))
  await outsider.run(`SET deadlock_timeout = '60s'`)
  await expect
    .poll(async () => {
      await crossLocks(keys)
      return deadlocks()
    }, patiently)
    .toBeGreaterThan(0)
  expect(await counts(foyer, 'locked-')).toEqual(each(10))
})

test('F24: statements are cut off one after the other while a hundred people sign up: everybody once', async () => {
  const sessions = signUpAll(people('cut-', 100))
  for (let times = 0; times < 5; times += 1) {
    await outsider.run('BEGIN')
    await outsider.run('LOCK TABLE users')
    await outsider.cutOffWaiting()
    await outsider.run('COMMIT')
  }
  await untilMerged(foyer, await sessions)
  expect(await counts(foyer, 'cut-')).toEqual(each(100))
})

test('F26: PostgreSQL dies and is away for a while: sign-ups go on, and all of them merge', async () => {
  const before = await signUpAll(people('away-0-', 10))
  await postgres.crash()
  const during = await signUpAll(people('away-1-', 10))
  await expect
    .poll(async () => {
      const all = await Promise.all(during.map((session) => runStatusOf(foyer, session)))
      return new Set(all)
    }, patiently)
    .toEqual(new Set(['hydrating']))
  // Long enough for more failures than there are attempts.
  await sleep(8_000)
  await postgres.restart()
  await untilMerged(foyer, [...before, ...during])
  expect(await counts(foyer, 'away-')).toEqual(each(20))
})
