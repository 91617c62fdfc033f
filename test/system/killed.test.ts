import { afterAll, beforeAll, expect, test } from 'vitest'
import { Foyer, UNITS } from '../support/foyer.ts'
import { counts, each, people, signUpPersistently, untilMerged } from '../support/people.ts'

// Black box: processes die by SIGKILL while people sign up, and nobody touches anything afterwards.

const PEOPLE = 300
/** Requests under way at any moment: enough that a kill meets some of them in every stage. */
const CLIENTS = 25
/** Long enough, on a slow machine, for two restarts and leases that nobody hands back. */
const PATIENCE_MS = 300_000
const patience = { timeout: PATIENCE_MS, interval: 500 }

let foyer: Foyer

beforeAll(async () => {
  foyer = await Foyer.create({ USER_LIMIT_PER_MINUTE: '0' })
  await foyer.start()
})

afterAll(() => foyer.cleanUp())

/**
 * Lets everybody sign up, a few at a time, and strikes when so many of them have been answered.
 *
 * @returns their sessions, and how many requests it took
 */
async function signUpUnder(
  tag: string,
  strikes: Readonly<Record<number, () => Promise<void> | void>>,
) {
  const waiting = people(tag, PEOPLE)
  const within = AbortSignal.timeout(PATIENCE_MS)
  const answered: Awaited<ReturnType<typeof signUpPersistently>>[] = []
  const struck: Promise<void>[] = []
  const client = async () => {
    for (let email = waiting.pop(); email !== undefined; email = waiting.pop()) {
      answered.push(await signUpPersistently(foyer, email, within))
      const strike = strikes[answered.length]
      if (strike) struck.push(Promise.resolve(strike()))
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  await Promise.all(struck)
  expect(struck).toHaveLength(Object.keys(strikes).length)
  return {
    sessions: answered.map(({ session }) => session),
    requests: answered.reduce((sum, { requests }) => sum + requests, 0),
  }
}

/** What the database alone can tell: nobody asks an object how it is, which would wake it. */
async function untilRows(tag: string): Promise<void> {
  const rows = async () =>
    (await foyer.connect()`SELECT 1 FROM users WHERE email LIKE ${`${tag}%`}`).length
  await expect.poll(rows, patience).toBe(PEOPLE)
}

/** Sessions that the index knows of; a person whose request was repeated has one. */
const indexed = async () => (await foyer.connect()`SELECT 1 FROM onboarding_sessions`).length

test(
  'F1, F2: the runtime and its supervisor are killed twice while 300 people sign up: everybody once',
  { timeout: PATIENCE_MS * 3 },
  async () => {
    const killRuntime = () => {
      process.kill(-foyer.pid('app'), 'SIGKILL')
    }
    const { sessions, requests } = await signUpUnder('killed-', {
      100: killRuntime,
      200: killRuntime,
    })
    // Without a request whose answer was lost this would have proved nothing.
    expect(requests).toBeGreaterThan(PEOPLE)
    expect(new Set(sessions.map(({ specId }) => specId)).size).toBe(PEOPLE)
    await untilRows('killed-')
    await untilMerged(foyer, sessions, patience)
    expect(await counts(foyer, 'killed-')).toEqual(each(PEOPLE))
    expect(await indexed()).toBe(PEOPLE)
  },
)

test(
  'F1, F2: everything is killed, local services included, and started again on its data: everybody once',
  { timeout: PATIENCE_MS * 3 },
  async () => {
    const killEverything = async () => {
      const groups = UNITS.map((name) => foyer.pid(name))
      await foyer.end('SIGKILL')
      for (const group of groups) process.kill(-group, 'SIGKILL')
      await foyer.start()
    }
    const { sessions, requests } = await signUpUnder('crash-', { 150: killEverything })
    expect(requests).toBeGreaterThan(PEOPLE)
    await untilRows('crash-')
    await untilMerged(foyer, sessions, patience)
    expect(await counts(foyer, 'crash-')).toEqual(each(PEOPLE))
    // And those from before, too.
    expect(await counts(foyer, 'killed-')).toEqual(each(PEOPLE))
    expect(await indexed()).toBe(PEOPLE * 2)
  },
)

test('the runtime alone is killed, and what started it lives on: nobody is lost', async () => {
  const within = AbortSignal.timeout(PATIENCE_MS)
  const answered = await Promise.all(
    people('orphan-', 20).map((email) => signUpPersistently(foyer, email, within)),
  )
  for (const { pid } of foyer.runtimes()) process.kill(pid, 'SIGKILL')
  await untilMerged(
    foyer,
    answered.map(({ session }) => session),
    patience,
  )
  expect(await counts(foyer, 'orphan-')).toEqual(each(20))
})
