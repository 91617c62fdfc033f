import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countDue } from '../../src/adapters/neon/bandit-counts.ts'
import { checkBandit, fadedTones } from '../../src/adapters/neon/bandit-desk.ts'
import { createBehaviourStore } from '../../src/adapters/neon/behaviour-store.ts'
import { lookAtExperiment, watchExperiment } from '../../src/adapters/neon/experiment-look.ts'
import { drawnDecisions, keepLook } from '../../src/adapters/neon/experiment-store.ts'
import { experimentLooks } from '../../src/adapters/neon/learning-schema.ts'
import { userJourneys } from '../../src/adapters/neon/behaviour-schema.ts'
import type { DecisionRecord, JourneyRecord } from '../../src/contract/behaviour-rpc.ts'
import { TONES } from '../../src/contract/recommendation.ts'
import { DAY_MS } from '../../src/core/bandit/day-counts.ts'
import type { BehaviourStore } from '../../src/core/behaviour/store.ts'
import { type Experiment, assign } from '../../src/core/experiment/assignment.ts'
import {
  ACTIVATION_WINDOW_MS,
  NOBODY,
  SETTLED_AFTER_MS,
  comparisonsOf,
} from '../../src/core/experiment/comparisons.ts'
import { DURATION_MS } from '../../src/core/experiment/limits.ts'
import { offPolicyView } from '../../src/core/experiment/off-policy-view.ts'
import { Random } from '../simulation/random.ts'
import { decisionRecord, freshKey, journeyRecord } from '../support/shared/behaviour.ts'
import { freshWords } from '../support/shared/learning.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'

const T0 = Date.UTC(2026, 4, 4)
const HOUR_MS = 3_600_000
/** Everybody's window is closed, and what they did is there. */
const CLOSED = T0 + ACTIVATION_WINDOW_MS + SETTLED_AFTER_MS + HOUR_MS

let world: TestDatabase
let store: BehaviourStore

beforeAll(async () => {
  world = await startDatabase()
  store = createBehaviourStore(world.database)
})

afterAll(() => world.stop())

const freshExperiment = (change: Partial<Experiment> = {}): Experiment => ({
  id: `experiment-${crypto.randomUUID()}`,
  holdoutPercent: 0,
  baselinePercent: 10,
  ...change,
})

/** Somebody's session, or account, some minutes after the experiment began. */
const journey = ({ id }: Experiment, change: Partial<JourneyRecord> = {}): JourneyRecord =>
  journeyRecord({ experiment: id, startedAt: T0 + 60_000, ...change })

const tell = async (
  experiment: Experiment,
  journeys: readonly JourneyRecord[],
  decisions: readonly DecisionRecord[] = [],
) => {
  const kept = await store.keepUntold({ journeys, decisions }, { ...experiment, seenAt: T0 })
  expect(kept).toEqual({ ok: true, value: null })
}

const look = (experiment: Experiment, now = CLOSED) =>
  lookAtExperiment(world.database, experiment, now)

const policyOf = async (experiment: Experiment, now = CLOSED) =>
  (await look(experiment, now)).groups.policy

describe('A14: who counts', () => {
  test('a person with several sessions counts once, from the first, activated in any', async () => {
    const experiment = freshExperiment()
    const subjectKey = freshKey()
    await tell(experiment, [
      journey(experiment, { subjectKey }),
      journey(experiment, { subjectKey, startedAt: T0 + 5 * DAY_MS, activatedAt: T0 + 6 * DAY_MS }),
      journey(experiment),
    ])
    expect(await policyOf(experiment)).toEqual({ assigned: 2, people: 2, activated: 1 })
  })

  test('of somebody who proved the address counts the account, not what others did under it', async () => {
    const experiment = freshExperiment()
    const subjectKey = freshKey()
    const account = crypto.randomUUID()
    const activatedAt = T0 + HOUR_MS
    await tell(experiment, [
      journey(experiment, { subjectKey, attachedTo: account }),
      journey(experiment, { subjectKey, activatedAt }),
      journey(experiment, { subjectKey, person: account }),
    ])
    expect(await policyOf(experiment)).toEqual({ assigned: 1, people: 1, activated: 0 })
    await tell(experiment, [
      journey(experiment, { subjectKey, person: account, version: 2, activatedAt }),
    ])
    expect(await policyOf(experiment)).toEqual({ assigned: 1, people: 1, activated: 1 })
  })

  test('who came back from an earlier experiment, or before this one began, is nobody new', async () => {
    const [before, experiment] = [freshExperiment(), freshExperiment()]
    const subjectKey = freshKey()
    await tell(before, [journey(before, { subjectKey })])
    await tell(experiment, [
      journey(experiment, { subjectKey, startedAt: T0 + DAY_MS }),
      journey(experiment, { startedAt: T0 - 1 }),
      journey(experiment, { startedAt: T0 + DURATION_MS }),
    ])
    expect(await policyOf(experiment)).toEqual({ assigned: 0, people: 0, activated: 0 })
    expect(await policyOf(before)).toMatchObject({ assigned: 1 })
  })

  test('activated after the window is not activated, and an open window counts in neither', async () => {
    const experiment = freshExperiment()
    const startedAt = T0 + 60_000
    const onTime = startedAt + ACTIVATION_WINDOW_MS
    await tell(experiment, [
      journey(experiment, { activatedAt: onTime }),
      journey(experiment, { activatedAt: onTime + 1 }),
    ])
    const closes = onTime + SETTLED_AFTER_MS
    expect(await policyOf(experiment, closes)).toEqual({ assigned: 2, people: 0, activated: 0 })
    expect(await policyOf(experiment, closes + 1)).toEqual({ assigned: 2, people: 2, activated: 1 })
  })
})

describe('A14: what is written down', () => {
  const watch = (experiment: Experiment, now: number) =>
    watchExperiment(world.database, experiment, now)
  const written = async ({ id }: Experiment) => {
    const rows = await world.database
      .select()
      .from(experimentLooks)
      .where(eq(experimentLooks.experiment, id))
    return rows[0]
  }
  const crowd = (experiment: Experiment, size: number, change: Partial<JourneyRecord> = {}) =>
    Array.from({ length: size }, () => journey(experiment, change))

  test('groups of a wrong size trip the wire, and it stays so when they have the right one', async () => {
    const experiment = freshExperiment()
    await tell(experiment, crowd(experiment, 900))
    await watch(experiment, T0 + HOUR_MS)
    expect((await look(experiment)).watch).toMatchObject({ trippedAt: T0 + HOUR_MS })
    await tell(experiment, crowd(experiment, 100, { group: 'baseline' }))
    await watch(experiment, T0 + DAY_MS)
    const { watch: later } = await look(experiment)
    expect(later).toMatchObject({ trippedAt: T0 + HOUR_MS })
    expect(later.pValue).toBeLessThan(0.001)
  })

  test('F40: of looks that are written in another order the worst and the first alarm stay', async () => {
    const experiment = freshExperiment()
    const keep = (pValue: number, trippedAt: number | null, now: number) =>
      keepLook(world.database, experiment.id, { pValue, trippedAt }, null, now)
    await keep(0.0001, T0 + 2, T0 + 2)
    await keep(0.4, null, T0 + 1)
    await keep(0.0002, T0 + 1, T0 + 3)
    expect(await written(experiment)).toMatchObject({
      pValue: 0.0001,
      trippedAt: new Date(T0 + 1),
      lookedAt: new Date(T0 + 3),
    })
  })

  test('once nobody is open any more the groups stay, though people are erased later', async () => {
    const experiment = freshExperiment()
    const journeys = crowd(experiment, 20, { activatedAt: T0 + HOUR_MS })
    await tell(experiment, journeys)
    const over = T0 + DURATION_MS + ACTIVATION_WINDOW_MS + SETTLED_AFTER_MS
    await watch(experiment, over - 1)
    expect((await look(experiment, over)).finalGroups).toBeNull()
    await watch(experiment, over)
    await world.database.delete(userJourneys).where(eq(userJourneys.experiment, experiment.id))
    await watch(experiment, over + DAY_MS)
    const { groups, finalGroups } = await look(experiment, over + DAY_MS)
    expect(finalGroups).toEqual(groups)
    expect(groups.policy).toEqual({ assigned: 20, people: 20, activated: 20 })
  })

  test('groups drawn in another proportion in between say nothing, whatever they look like', async () => {
    const experiment = freshExperiment()
    await tell(experiment, crowd(experiment, 5))
    expect(await look(experiment)).toMatchObject({ isOneSplit: true })
    const other = { ...experiment, baselinePercent: 50 }
    expect(await look(other)).toMatchObject({ isOneSplit: false })
    await tell(other, crowd(experiment, 5))
    const seen = await look(experiment)
    expect(seen.isOneSplit).toBe(false)
    const comparisons = comparisonsOf(experiment, { ...seen, startedAt: T0 }, CLOSED)
    expect(comparisons).toMatchObject([{ verdict: 'split_changed', lift: null }])
  })

  test('an experiment that nobody belongs to has not begun', async () => {
    const experiment = freshExperiment()
    await watch(experiment, T0)
    expect(await written(experiment)).toBeUndefined()
    expect(await look(experiment)).toMatchObject({ startedAt: null, groups: NOBODY })
  })
})

test('B6: the log that is valued has what was drawn and is over, seen or not, and not what gave way', async () => {
  const experiment = freshExperiment()
  const words = freshWords()
  const drawn = (change: Partial<DecisionRecord>) =>
    decisionRecord({ catalogueVersion: words.catalogueVersion, decidedAt: T0, ...change })
  const now = T0 + 3 * DAY_MS
  const [clicked, unseen] = [
    drawn({ exposedAt: T0, clickedAt: T0 + 1, tone: 'passive' }),
    drawn({ decidedAt: T0 + 1, tone: 'aggressive' }),
  ]
  const others = [
    drawn({ exposedAt: T0, supersededAt: T0 + 1 }),
    drawn({ exposedAt: T0, tonePropensity: 1 }),
    drawn({ exposedAt: T0, group: 'baseline' }),
    drawn({ decidedAt: now - 2 * DAY_MS, exposedAt: now, clickedAt: now }),
    drawn({ catalogueVersion: 'another' }),
  ]
  await tell(experiment, [], [unseen, ...others, clicked])
  const log = await drawnDecisions(world.database, words.catalogueVersion, {
    since: T0,
    limit: 10,
    now,
  })
  expect(log.map(({ tone, isClicked }) => [tone, isClicked])).toEqual([
    ['passive', true],
    ['aggressive', false],
  ])
})

describe('A7, A14, B6: a hundred thousand people whose taste is known', () => {
  const PEOPLE = 100_000
  const TELL_AT_ONCE = 5_000
  /** How many of a hundred click, by the tone; the action adds to it. */
  const CLICKS = { aggressive: 0.1, moderate: 0.16, passive: 0.3 } as const
  const ACTION_ADDS = { invite_teammate: 0.2, create_task: 0 } as const
  type ActionName = keyof typeof ACTION_ADDS
  const TONE_CHANCES = { aggressive: 0.5, moderate: 0.4, passive: 0.1 } as const
  const ACTIVATES = { holdout: 0.2, baseline: 0.2, policy: 0.25 } as const
  const EXPLORED = 0.05

  const experiment = freshExperiment({ baselinePercent: 10, holdoutPercent: 5 })
  const words = freshWords(['rules-1'])

  const pick = <Name extends string>(random: Random, chances: Readonly<Record<Name, number>>) => {
    let left = random.next()
    const names = Object.keys(chances) as Name[]
    const picked = names.find((name) => (left -= chances[name]) < 0) ?? names.at(-1)
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }

  function someone(random: Random, at: number) {
    const subjectKey = `${experiment.id}-${at}`
    const { group } = assign({ ...experiment, id: 'a-fixed-draw' }, `person-${at}`)
    const startedAt = T0 + Math.floor((at / PEOPLE) * 10 * DAY_MS)
    const activatedAt = random.chance(ACTIVATES[group]) ? startedAt + DAY_MS : null
    const own = journey(experiment, { subjectKey, group, startedAt, activatedAt })
    if (group === 'holdout') return { own, decisions: [] }
    const isCertain = group === 'baseline'
    const tone = isCertain ? 'moderate' : pick(random, TONE_CHANCES)
    const action: ActionName = isCertain
      ? 'create_task'
      : pick(random, { create_task: 1 - EXPLORED / 2, invite_teammate: EXPLORED / 2 })
    const isClicked = random.chance(CLICKS[tone] + ACTION_ADDS[action])
    const decision = decisionRecord({
      subjectKey,
      person: own.person,
      experiment: experiment.id,
      group,
      promptVersion: 'rules-1',
      catalogueVersion: words.catalogueVersion,
      segment: `segment-${at % 2}`,
      tone,
      tonePropensity: isCertain ? 1 : TONE_CHANCES[tone],
      action,
      actionPropensity: isCertain ? 1 : action === 'create_task' ? 1 - EXPLORED / 2 : EXPLORED / 2,
      candidates: ['create_task', 'invite_teammate'],
      decidedAt: startedAt,
      exposedAt: startedAt + 1_000,
      clickedAt: isClicked ? startedAt + 2_000 : null,
    })
    return { own, decisions: [decision] }
  }

  const over = T0 + DURATION_MS + ACTIVATION_WINDOW_MS + SETTLED_AFTER_MS
  let decided: readonly DecisionRecord[] = []

  beforeAll(async () => {
    const random = new Random('a hundred thousand people')
    const people = Array.from({ length: PEOPLE }, (_, at) => someone(random, at))
    decided = people.flatMap(({ decisions }) => decisions)
    for (let from = 0; from < PEOPLE; from += TELL_AT_ONCE) {
      const some = people.slice(from, from + TELL_AT_ONCE)
      await tell(
        experiment,
        some.map(({ own }) => own),
        some.flatMap(({ decisions }) => decisions),
      )
    }
  })

  test('every decision that was drawn is counted once, and the best tone is known', async () => {
    const drawn = decided.filter(({ tonePropensity }) => tonePropensity < 1)
    let counted = 0
    for (let some = -1; some !== 0; counted += some) {
      some = await countDue(world.database, words, over)
    }
    expect(counted).toBe(drawn.length)
    expect(await checkBandit(world.database, words, over)).toEqual({ drift: [], waiting: 0 })
    const tones = await fadedTones(world.database, words, over)
    expect(tones).toHaveLength(6)
    for (const { tone, successes, failures } of tones) {
      const mean = CLICKS[tone] + (EXPLORED / 2) * ACTION_ADDS.invite_teammate
      expect(Math.abs(successes / (successes + failures) - mean)).toBeLessThan(0.02)
    }
  })

  test('groups have their sizes, the policy is better than both others, and by how much is said', async () => {
    await watchExperiment(world.database, experiment, over)
    const seen = await look(experiment, over)
    const { groups, watch } = seen
    const assigned = Object.values(groups).reduce((sum, group) => sum + group.assigned, 0)
    expect(assigned).toBe(PEOPLE)
    expect(watch.trippedAt).toBeNull()
    const comparisons = comparisonsOf(experiment, { ...seen, startedAt: T0 }, over)
    expect(comparisons.map(({ control, verdict }) => [control, verdict])).toEqual([
      ['baseline', 'better'],
      ['holdout', 'better'],
    ])
    for (const { lift } of comparisons) {
      expect(lift?.interval.lower).toBeLessThan(0.05)
      expect(lift?.interval.upper).toBeGreaterThan(0.05)
    }
  })

  test('the log says what always taking a tone, or an action, would have been worth', async () => {
    const log = await drawnDecisions(world.database, words.catalogueVersion, {
      since: T0,
      limit: 25_000,
      now: over,
    })
    expect(log).toHaveLength(25_000)
    expect(log.every(({ tonePropensity }) => tonePropensity < 1)).toBe(true)
    const { tones, actions } = offPolicyView(log)
    const meanAdded = (EXPLORED / 2) * ACTION_ADDS.invite_teammate
    for (const tone of TONES) {
      const value = tones[tone]
      if (value?.ok !== true) throw new Error(`no value of ${tone}`)
      expect(value.interval.lower).toBeLessThan(CLICKS[tone] + meanAdded)
      expect(value.interval.upper).toBeGreaterThan(CLICKS[tone] + meanAdded)
      expect(value.interval.upper - value.interval.lower).toBeLessThan(0.25)
    }
    const meanTone = TONES.reduce((sum, tone) => sum + TONE_CHANCES[tone] * CLICKS[tone], 0)
    for (const [action, added] of Object.entries(ACTION_ADDS)) {
      const value = actions[action]
      if (value?.ok !== true) throw new Error(`no value of ${action}`)
      expect(value.interval.lower).toBeLessThan(meanTone + added)
      expect(value.interval.upper).toBeGreaterThan(meanTone + added)
    }
  })
})
