import type { BehaviourEvent } from '../../contract/behaviour.ts'
import type { FeedbackKind } from '../../contract/recommendation.ts'
import { type Experiment, assign } from '../experiment/assignment.ts'
import type { Catalogue } from '../recommendation/catalogue.ts'
import {
  type DecisionMeans,
  type Situation,
  decideNext,
  standing,
} from '../recommendation/decide.ts'
import { REWARD_WINDOW_MS } from '../recommendation/limits.ts'
import { type Recommendation, withFeedback } from '../recommendation/recommendation.ts'
import { foldEvents, join } from './journey.ts'
import {
  type PersonRecord,
  newPerson,
  recommendationsOf,
  withChanges,
  withJourney,
  withRecommendation,
} from './person-record.ts'
import { type PersonFacts, personState } from './person-state.ts'

export interface BehaviourContext extends DecisionMeans {
  readonly experiment: Experiment
}

/** A record after a change, and what stands for its person now. */
export interface Behaved {
  /** The very same one if nothing changed. */
  readonly record: PersonRecord
  readonly current: Recommendation | null
}

const recordOf = (
  record: PersonRecord | null,
  { person, subjectKey }: PersonFacts,
  { experiment }: BehaviourContext,
): PersonRecord => record ?? newPerson(person, assign(experiment, subjectKey))

/** Folds what somebody did, then decides what to show them next, if nothing stands. */
export function observe(
  known: PersonRecord | null,
  facts: PersonFacts,
  events: readonly BehaviourEvent[],
  context: BehaviourContext,
): Behaved {
  const record = recordOf(known, facts, context)
  const journey = foldEvents(record.journey, events, context.catalogue)
  const folded = withConversions(withJourney(record, journey), facts, context)
  return advise(folded, facts, latestPage(events), context)
}

/** Somebody asks what to show next. */
export const look = (
  known: PersonRecord | null,
  facts: PersonFacts,
  context: BehaviourContext,
): Behaved => advise(recordOf(known, facts, context), facts, null, context)

/** What stands for this person, without anything new being decided. */
export const currentOf = (
  record: PersonRecord,
  facts: PersonFacts,
  { catalogue, now }: BehaviourContext,
): Recommendation | null => standing(situationOf(record, facts, catalogue, now), catalogue, now)

function advise(
  record: PersonRecord,
  facts: PersonFacts,
  page: string | null,
  context: BehaviourContext,
): Behaved {
  const stands = currentOf(record, facts, context)
  if (stands !== null) return { record, current: stands }
  const { catalogue, now } = context
  const situation = situationOf(record, facts, catalogue, now)
  const next = decideNext({ ...situation, assignment: record.assignment, page }, context)
  return next === null
    ? { record, current: null }
    : { record: withRecommendation(record, next), current: next }
}

const situationOf = (
  record: PersonRecord,
  facts: PersonFacts,
  catalogue: Catalogue,
  now: number,
): Pick<Situation, 'state' | 'past'> => ({
  state: personState(facts, record.journey, catalogue, now),
  past: { recommendations: recommendationsOf(record), dismissed: record.journey.dismissed },
})

/** The newest event that says where it happened. */
const latestPage = (events: readonly BehaviourEvent[]): string | null =>
  events
    .filter(({ path }) => path !== undefined)
    .toSorted((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1))
    .at(-1)?.path ?? null

/** @returns `null` if it is none of this person's recommendations */
export function takeFeedback(
  record: PersonRecord,
  recommendationId: string,
  kind: FeedbackKind,
  now: number,
): PersonRecord | null {
  if (!recommendationsOf(record).some(({ id }) => id === recommendationId)) return null
  return withChanges(record, (one) =>
    one.id === recommendationId ? withFeedback(one, kind, now) : one,
  )
}

/** Whoever saw a recommendation and then did what it says has followed it, clicked or not. */
function withConversions(
  record: PersonRecord,
  facts: PersonFacts,
  { catalogue, now }: BehaviourContext,
): PersonRecord {
  const { completed_actions: done } = personState(facts, record.journey, catalogue, now)
  return withChanges(record, (one) => {
    const { exposedAt, convertedAt, action } = one
    const counts = exposedAt !== null && now < exposedAt + REWARD_WINDOW_MS
    return convertedAt === null && counts && done.includes(action)
      ? withFeedback(one, 'conversion', now)
      : one
  })
}

/**
 * The session that proved the address brings its journey, its group and its recommendations; every
 * other session's stay behind.
 */
export function attach(
  session: PersonRecord,
  known: PersonRecord | null,
  account: PersonFacts,
  context: BehaviourContext,
): { readonly session: PersonRecord; readonly account: PersonRecord } {
  const record = known ?? newPerson(account.person, session.assignment)
  const brought = session.recommendations.map((kept) => ({ ...kept, version: kept.version + 1 }))
  const recommendations = [...record.recommendations, ...brought].toSorted(
    (a, b) => a.recommendation.decidedAt - b.recommendation.decidedAt,
  )
  const joined = {
    ...withJourney(record, join(record.journey, session.journey)),
    recommendations,
  }
  return {
    session: {
      ...session,
      attachedTo: account.person,
      version: session.version + 1,
      recommendations: [],
    },
    account: withConversions(joined, account, context),
  }
}
