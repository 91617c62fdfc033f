import { eq, inArray } from 'drizzle-orm'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { countDue } from '../../src/adapters/neon/bandit-counts.ts'
import { checkBandit, fadedTones, rebuildBandit } from '../../src/adapters/neon/bandit-desk.ts'
import { recommendations } from '../../src/adapters/neon/behaviour-schema.ts'
import { createBehaviourStore } from '../../src/adapters/neon/behaviour-store.ts'
import { banditArms } from '../../src/adapters/neon/learning-schema.ts'
import { operatorActions } from '../../src/adapters/neon/schema.ts'
import type { DecisionRecord } from '../../src/contract/behaviour-rpc.ts'
import { TONES } from '../../src/contract/recommendation.ts'
import { DAY_MS, REWARD_WINDOW_MS, dayOf, nameOf } from '../../src/core/bandit/day-counts.ts'
import { fadedCounts } from '../../src/core/bandit/discount.ts'
import type { WordsInUse } from '../../src/core/recommendation/words-in-use.ts'
import type { BehaviourStore } from '../../src/core/behaviour/store.ts'
import { setFault } from '../support/local-services.ts'
import { Outsider } from '../support/outsider.ts'
import { EXPERIMENT, decisionRecord } from '../support/shared/behaviour.ts'
import { countsOf, freshWords } from '../support/shared/learning.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'

const HOUR_MS = 3_600_000
const T0 = Date.UTC(2026, 4, 4, 20)
const OPERATOR = { operator: 'ada', reason: 'the counts were off' }

let world: TestDatabase
let store: BehaviourStore

beforeAll(async () => {
  world = await startDatabase()
  store = createBehaviourStore(world.database)
})

afterEach(() => setFault(world.url, null))
afterAll(() => world.stop())

const tell = async (decisions: readonly DecisionRecord[]) => {
  const kept = await store.keepUntold({ journeys: [], decisions }, EXPERIMENT)
  expect(kept).toEqual({ ok: true, value: null })
}

const count = (words: WordsInUse, now: number, limit?: number) =>
  countDue(world.database, words, now, limit)

const check = (words: WordsInUse, now: number) => checkBandit(world.database, words, now)

/** Days of which something is counted, sorted. */
async function countsIn({ versions }: WordsInUse) {
  const rows = await world.database
    .select()
    .from(banditArms)
    .where(inArray(banditArms.version, [...versions]))
  return rows
    .filter(({ successes, failures }) => successes !== 0 || failures !== 0)
    .map(({ tone: arm, ...row }) => ({ ...row, arm }))
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

const sorted = (counts: ReturnType<typeof countsOf>) =>
  counts.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))

/** A decision in these words, seen at `T0`. */
const seen = (words: WordsInUse, change: Partial<DecisionRecord> = {}): DecisionRecord =>
  decisionRecord({
    promptVersion: words.promptVersions[0] ?? '',
    catalogueVersion: words.catalogueVersion,
    decidedAt: T0,
    exposedAt: T0,
    ...change,
  })

const many = (length: number, make: (at: number) => DecisionRecord) =>
  Array.from({ length }, (_, at) => make(at))

describe('A7: what became of a decision', () => {
  test.each([
    [
      'a click in the last millisecond of the window is a success',
      { clickedAt: T0 + REWARD_WINDOW_MS },
      [1, 0],
    ],
    ['a click after the window is a failure', { clickedAt: T0 + REWARD_WINDOW_MS + 1 }, [0, 1]],
    ['no click is a failure', {}, [0, 1]],
    ['what nobody saw is nothing', { exposedAt: null }, []],
    ['what was certain is nothing', { tonePropensity: 1, clickedAt: T0 + 1 }, []],
    ['what gave way is nothing', { supersededAt: T0 + 1 }, []],
    [
      'a click before it gave way is a success',
      { supersededAt: T0 + 2, clickedAt: T0 + 1 },
      [1, 0],
    ],
    [
      'what gave way and was clicked after all is nothing',
      { supersededAt: T0 + 1, clickedAt: T0 + 2 },
      [],
    ],
  ] satisfies readonly [string, Partial<DecisionRecord>, number[]][])(
    '%s',
    async (_name, change, expected) => {
      const words = freshWords()
      await tell([seen(words, change)])
      await count(words, T0 + REWARD_WINDOW_MS + 1)
      const counts = (await countsIn(words)).flatMap((row) => [row.successes, row.failures])
      expect(counts).toEqual(expected)
    },
  )

  test('a click counts at once, no click when the window has closed, and nothing before', async () => {
    const words = freshWords()
    const [clicked, silent] = [seen(words, { clickedAt: T0 + 1 }), seen(words)]
    await tell([clicked, silent])
    expect(await count(words, T0 + REWARD_WINDOW_MS)).toBe(1)
    expect(await countsIn(words)).toMatchObject([{ successes: 1, failures: 0 }])
    expect(await count(words, T0 + REWARD_WINDOW_MS + 1)).toBe(1)
    expect(await countsIn(words)).toMatchObject([{ successes: 1, failures: 1 }])
  })

  test('F44: a click that is told again and again counts once', async () => {
    const words = freshWords()
    const decision = seen(words, { clickedAt: T0 + 1 })
    for (let version = 1; version < 5; version += 1) {
      await tell([{ ...decision, version, clickedAt: T0 + version }])
      await count(words, T0 + version)
    }
    expect(await countsIn(words)).toMatchObject([{ successes: 1, failures: 0 }])
  })

  test('a click in time that is told after the failure was counted moves one count', async () => {
    const words = freshWords()
    const decision = seen(words)
    await tell([decision])
    await count(words, T0 + 2 * DAY_MS)
    await tell([{ ...decision, version: 2, clickedAt: T0 + HOUR_MS }])
    expect(await check(words, T0 + 2 * DAY_MS)).toEqual({ drift: [], waiting: 1 })
    await count(words, T0 + 2 * DAY_MS)
    expect(await countsIn(words)).toMatchObject([
      { successes: 1, failures: 0, day: dayOf(T0), arm: 'moderate', segment: 'all' },
    ])
  })

  test('so does one that gave way, once that is told', async () => {
    const words = freshWords()
    const decision = seen(words)
    await tell([decision])
    await count(words, T0 + 2 * DAY_MS)
    await tell([{ ...decision, version: 2, supersededAt: T0 + 1 }])
    await count(words, T0 + 2 * DAY_MS)
    expect(await countsIn(words)).toEqual([])
    expect(await check(words, T0 + 2 * DAY_MS)).toEqual({ drift: [], waiting: 0 })
  })

  test('words that are not in use any more learn nothing, until they are again', async () => {
    const words = freshWords(['new'])
    const old = { ...words, promptVersions: ['old'], versions: [`old@${words.catalogueVersion}`] }
    await tell([seen(words, { promptVersion: 'old', clickedAt: T0 })])
    expect(await count(words, T0 + 2 * DAY_MS)).toBe(0)
    expect(await countsIn(old)).toEqual([])
    expect(await count(old, T0 + 2 * DAY_MS)).toBe(1)
  })

  test('F40: counters that meet share the decisions', async () => {
    const words = freshWords()
    const decisions = many(400, (at) =>
      seen(words, {
        segment: `segment-${at % 7}`,
        tone: TONES[at % 3] ?? 'moderate',
        clickedAt: at % 2 === 0 ? T0 + 1 : null,
      }),
    )
    await tell(decisions)
    const now = T0 + 2 * DAY_MS
    const counted = await Promise.all(Array.from({ length: 12 }, () => count(words, now, 20)))
    expect(counted.every((some) => some <= 40)).toBe(true)
    while ((await count(words, now, 20)) > 0) continue
    expect(await countsIn(words)).toEqual(sorted(countsOf(decisions, words, now)))
    expect(await check(words, now)).toEqual({ drift: [], waiting: 0 })
  })

  test('F24: a reply that is lost after the commit leaves nothing to be counted twice', async () => {
    const words = freshWords()
    await tell([seen(words, { clickedAt: T0 })])
    await setFault(world.url, { kind: 'commit_then_drop', times: 1 })
    await expect(count(words, T0)).rejects.toThrow()
    expect(await count(words, T0)).toBe(0)
    expect(await countsIn(words)).toMatchObject([{ successes: 1 }])
  })

  test('somebody who is erased still counts', async () => {
    const words = freshWords()
    const decision = seen(words, { clickedAt: T0 })
    await tell([decision])
    await world.database
      .update(recommendations)
      .set({ person: null, subjectKey: null, text: null })
      .where(eq(recommendations.id, decision.id))
    expect(await count(words, T0)).toBe(1)
  })
})

const Step = fc.oneof(
  fc.record({ kind: fc.constant('tell' as const), what: fc.array(fc.nat(), { maxLength: 6 }) }),
  fc.record({ kind: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('count' as const), counters: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('rebuild' as const) }),
)

/** What happens to a decision, one thing after the other. */
const Life = fc.record({
  tone: fc.constantFrom(...TONES),
  segment: fc.constantFrom('new', 'going'),
  prompt: fc.constantFrom('rules-1', 'prompt-1', 'retired'),
  isCertain: fc.boolean(),
  exposedAfter: fc.integer({ min: 0, max: 20 }),
  answer: fc.constantFrom('click', 'supersede', 'supersede then click', 'none'),
  answeredAfter: fc.integer({ min: 0, max: 40 }),
})

/** As its object tells of it: each version knows more. */
function versionsOf(
  life: typeof Life extends fc.Arbitrary<infer T> ? T : never,
  words: WordsInUse,
) {
  const exposedAt = T0 + life.exposedAfter * HOUR_MS
  const answeredAt = exposedAt + life.answeredAfter * HOUR_MS
  const first = decisionRecord({
    tone: life.tone,
    segment: life.segment,
    promptVersion: life.prompt,
    catalogueVersion: words.catalogueVersion,
    tonePropensity: life.isCertain ? 1 : 0.4,
    decidedAt: T0,
  })
  const supersededAt = life.answer.startsWith('supersede') ? answeredAt : null
  const clickedAt =
    life.answer === 'click'
      ? answeredAt
      : life.answer === 'none' || life.answer === 'supersede'
        ? null
        : answeredAt + 1
  return [
    first,
    { ...first, version: 2, exposedAt },
    {
      ...first,
      version: 3,
      exposedAt,
      supersededAt,
      clickedAt: supersededAt === null ? clickedAt : null,
    },
    { ...first, version: 4, exposedAt, supersededAt, clickedAt },
  ]
}

describe('B15: counts and log', () => {
  test('I, A7: agree whenever all is counted, whatever is told, counted and rebuilt when, and by however many', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(Life, { minLength: 1, maxLength: 12 }),
        fc.array(Step, { maxLength: 14 }),
        async (lives, steps) => {
          const words = freshWords()
          const tellings = lives.flatMap((life) => versionsOf(life, words))
          const newest = new Map<string, DecisionRecord>()
          let now = T0
          for (const step of steps) {
            if (step.kind === 'pass') now += step.hours * HOUR_MS
            if (step.kind === 'rebuild') await rebuildBandit(world.database, words, OPERATOR, now)
            if (step.kind === 'count') {
              await Promise.all(Array.from({ length: step.counters }, () => count(words, now, 2)))
            }
            if (step.kind === 'tell') {
              const told = step.what.flatMap((at) => tellings[at % tellings.length] ?? [])
              await Promise.all([tell(told), count(words, now, 3)])
              for (const one of told) {
                if (one.version >= (newest.get(one.id)?.version ?? 0)) newest.set(one.id, one)
              }
            }
            expect((await check(words, now)).drift).toEqual([])
          }
          while ((await count(words, now)) > 0) continue
          expect(await countsIn(words)).toEqual(sorted(countsOf([...newest.values()], words, now)))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('a count that somebody changed shows, and a rebuild mends it and says who wanted it', async () => {
    const words = freshWords()
    const now = T0 + 2 * DAY_MS
    const decisions = many(9, (at) => seen(words, { clickedAt: at < 4 ? T0 + at : null }))
    await tell(decisions)
    await count(words, now)
    const [version = ''] = words.versions
    await world.database
      .update(banditArms)
      .set({ successes: 40, failures: -3 })
      .where(eq(banditArms.version, version))
    expect(await check(words, now)).toMatchObject({
      drift: [
        {
          arm: 'moderate',
          version,
          day: dayOf(T0),
          live: { successes: 40, failures: -3 },
          rebuilt: { successes: 4, failures: 5 },
        },
      ],
    })
    const reason = crypto.randomUUID()
    await rebuildBandit(world.database, words, { ...OPERATOR, reason }, now)
    expect(await check(words, now)).toEqual({ drift: [], waiting: 0 })
    expect(await countsIn(words)).toEqual(sorted(countsOf(decisions, words, now)))
    const audit = await world.database
      .select()
      .from(operatorActions)
      .where(eq(operatorActions.reason, reason))
    expect(audit).toMatchObject([
      { action: 'rebuild_bandit', operator: 'ada', outcome: '9 decisions counted' },
    ])
  })

  test('a rebuild mends marks that somebody changed, too, and counts that are gone', async () => {
    const words = freshWords()
    const now = T0 + 2 * DAY_MS
    const decision = seen(words)
    await tell([decision, seen(words, { clickedAt: T0 })])
    await count(words, now)
    const marked = eq(recommendations.id, decision.id)
    await world.database.update(recommendations).set({ countedAs: 'success' }).where(marked)
    expect((await check(words, now)).drift).toEqual([])
    const rebuilt = await rebuildBandit(world.database, words, OPERATOR, now)
    expect(rebuilt).toEqual({ recounted: 1 })
    await world.database.delete(banditArms).where(inArray(banditArms.version, [...words.versions]))
    expect((await check(words, now)).drift).toMatchObject([
      { live: { successes: 0, failures: 0 }, rebuilt: { successes: 1, failures: 1 } },
    ])
    await rebuildBandit(world.database, words, OPERATOR, now)
    expect(await countsIn(words)).toMatchObject([{ successes: 1, failures: 1 }])
  })

  test('a rebuild that is half done is not counted into', async () => {
    const words = freshWords()
    await tell([seen(words, { clickedAt: T0 })])
    const outsider = await Outsider.connect(world.postgres.url)
    try {
      // Between the counts that go and those that come the rebuild waits for the outsider.
      await outsider.run(`CREATE FUNCTION halt() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$`)
      await outsider.run(`CREATE TRIGGER halt AFTER DELETE ON bandit_arms
        FOR EACH STATEMENT EXECUTE FUNCTION halt()`)
      await outsider.run('SELECT pg_advisory_lock(1)')
      const rebuilt = rebuildBandit(world.database, words, OPERATOR, T0 + DAY_MS)
      await outsider.untilWaiting(1)
      await tell([seen(words, { clickedAt: T0, segment: 'another' })])
      const counted = count(words, T0 + DAY_MS)
      await outsider.untilWaiting(2)
      await outsider.run('SELECT pg_advisory_unlock(1)')
      expect(await Promise.all([rebuilt, counted])).toEqual([{ recounted: 1 }, 1])
    } finally {
      await outsider.run('DROP FUNCTION IF EXISTS halt CASCADE')
      await outsider.leave()
    }
    expect(await countsIn(words)).toHaveLength(2)
    expect(await check(words, T0 + DAY_MS)).toEqual({ drift: [], waiting: 0 })
  })

  test('F25: rebuilds, counters and writers that meet never hold each other', async () => {
    const words = freshWords()
    const now = T0 + 2 * DAY_MS
    const decisions = many(60, () => seen(words))
    await tell(decisions)
    const clicked = decisions.map((decision) => ({ ...decision, version: 2, clickedAt: T0 + 1 }))
    await Promise.all(
      Array.from({ length: 5 }, () => [
        rebuildBandit(world.database, words, OPERATOR, now),
        count(words, now, 10),
        tell(clicked.toReversed()),
        count(words, now, 10),
      ]).flat(),
    )
    while ((await count(words, now)) > 0) continue
    expect(await countsIn(words)).toMatchObject([{ successes: 60, failures: 0 }])
    expect(await check(words, now)).toEqual({ drift: [], waiting: 0 })
  })
})

describe('A7: readers', () => {
  test('see each day faded as the core fades it, of the words in use alone', async () => {
    const words = freshWords(['rules-1'])
    const now = T0 + 100 * DAY_MS
    const ages = [0, 1, 28, 56, 279, 280, 300, -3]
    const rows = ages.flatMap((age) =>
      TONES.map((tone, at) => ({
        version: words.versions[0] ?? '',
        segment: 'new',
        tone,
        day: dayOf(now - age * DAY_MS),
        successes: 10 * at + 1,
        failures: 7,
      })),
    )
    await world.database.insert(banditArms).values(rows)
    const tones = await fadedTones(world.database, words, now)
    expect(tones.map(({ tone }) => tone)).toEqual(TONES)
    for (const { tone, successes, failures } of tones) {
      const read = rows.filter(
        (row) => row.tone === tone && Date.parse(row.day) > now - 280 * DAY_MS,
      )
      const expected = fadedCounts(
        read.map((row) => ({ ...row, arm: tone })),
        now,
      )
      expect(successes).toBeCloseTo(expected.successes, 9)
      expect(failures).toBeCloseTo(expected.failures, 9)
    }
    expect(await fadedTones(world.database, freshWords(), now)).toEqual([])
  })

  test('take a count below zero for none', async () => {
    const words = freshWords(['rules-1'])
    await world.database.insert(banditArms).values({
      version: words.versions[0] ?? '',
      segment: 'new',
      tone: 'passive',
      day: dayOf(T0),
      successes: -4,
      failures: 2,
    })
    expect(await fadedTones(world.database, words, T0)).toMatchObject([
      { successes: 0, failures: 2 },
    ])
  })
})
