import type { BehaviourEvent } from '../../contract/behaviour.ts'
import type { Advice, ToneCounts } from '../../contract/behaviour-rpc.ts'
import type { ChecklistView, FeedbackKind } from '../../contract/recommendation.ts'
import { REWARD_WINDOW_MS } from '../bandit/day-counts.ts'
import { type Experiment, assign } from '../experiment/assignment.ts'
import type { Catalogue } from '../recommendation/catalogue.ts'
import { checklistOf } from '../recommendation/checklist.ts'
import {
  type DecisionMeans,
  type Knowledge,
  type Situation,
  decideNext,
  standing,
} from '../recommendation/decide.ts'
import { GIVES_WAY_FOR_MS } from '../recommendation/limits.ts'
import { type Recommendation, withFeedback } from '../recommendation/recommendation.ts'
import {
  type AskingContext,
  type Occasion,
  isCertain,
  questionAbout,
  withQuestion,
  withoutQuestion,
} from './asking.ts'
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

export interface BehaviourContext extends DecisionMeans, AskingContext {
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

/**
 * Folds what somebody did, then decides what to show them next, if nothing stands. When a model is to
 * be asked first, nothing is decided: whoever asks says `advise` within moments, with an answer or
 * without.
 */
export function observe(
  known: PersonRecord | null,
  facts: PersonFacts,
  events: readonly BehaviourEvent[],
  tones: ToneCounts,
  context: BehaviourContext,
): Behaved {
  const record = recordOf(known, facts, context)
  const journey = foldEvents(record.journey, events, context.catalogue)
  const folded = withConversions(withJourney(record, journey), journey.completed, context.now)
  const promptedAt = Math.max(...events.map(({ receivedAt }) => receivedAt))
  const occasion = { page: latestPage(events), promptedAt }
  const stands = currentOf(folded, facts, context)
  const asking = ask(folded, facts, occasion, context)
  if (stands !== null || asking !== folded) return { record: asking, current: stands }
  return decide(asking, facts, occasion, { answered: null, tones }, context)
}

/** Somebody asks what to show next, and waits for nothing. */
export function look(
  known: PersonRecord | null,
  facts: PersonFacts,
  tones: ToneCounts,
  context: BehaviourContext,
): Behaved {
  const record = recordOf(known, facts, context)
  const stands = currentOf(record, facts, context)
  // Where they were last: on another page it would be another question, and the answer to the one that is
  // under way would not count any more.
  const asking = ask(record, facts, { page: record.asked?.page ?? null }, context)
  if (stands !== null) return { record: asking, current: stands }
  return decide(asking, facts, { page: null }, { answered: null, tones }, context)
}

/** Something was said to a question: what stands gives way to an answer, unless it is settled. */
export function advise(
  record: PersonRecord,
  facts: PersonFacts,
  { key, answered, tones }: Advice,
  context: BehaviourContext,
): Behaved {
  const { asked } = record
  const stands = currentOf(record, facts, context)
  if (asked === null || asked.key !== key) return { record, current: stands }
  const closed = withoutQuestion(record)
  const fits = questionAbout(record, facts, asked.page, context)?.key === key
  const knowledge = { answered: fits ? answered : null, tones }
  if (stands === null) return decide(closed, facts, asked, knowledge, context)
  if (knowledge.answered === null || isSettled(stands, context)) {
    return { record: closed, current: stands }
  }
  return replace(closed, stands, facts, knowledge, context)
}

/** What stands for this person, without anything new being decided. */
export const currentOf = (
  record: PersonRecord,
  facts: PersonFacts,
  { catalogue, now }: BehaviourContext,
): Recommendation | null =>
  // A session that was drawn in an earlier experiment can have brought one to an account without.
  record.assignment.group === 'holdout'
    ? null
    : standing(pastOf(record, facts, catalogue, now), catalogue, now)

/** Whether no model's word takes its place any more. */
const isSettled = ({ isAdvised, exposedAt }: Recommendation, { now }: BehaviourContext): boolean =>
  isAdvised || (exposedAt !== null && now >= exposedAt + GIVES_WAY_FOR_MS)

/**
 * A model's word is not asked for twice, and not where it was given: drawn anew, what the lot chose
 * against it would be taken back from whoever does not click, and count only where somebody did.
 */
function ask(
  record: PersonRecord,
  facts: PersonFacts,
  occasion: Occasion,
  context: BehaviourContext,
): PersonRecord {
  const stands = currentOf(record, facts, context)
  if (stands !== null && isSettled(stands, context)) return record
  const question = questionAbout(record, facts, occasion.page, context)
  return question === null ? record : withQuestion(record, question, occasion, context.now)
}

function decide(
  record: PersonRecord,
  facts: PersonFacts,
  { page, promptedAt }: Occasion,
  knowledge: Knowledge,
  context: BehaviourContext,
): Behaved {
  const situation = {
    ...pastOf(record, facts, context.catalogue, context.now),
    assignment: record.assignment,
    page,
    isCertain: isCertain(record, context),
  }
  const next = decideNext(situation, knowledge, context)
  if (next === null) return { record, current: null }
  const current = promptedAt === undefined ? next : { ...next, promptedAt }
  return { record: withRecommendation(record, current), current }
}

/** The same action in other words is not worth a change before somebody's eyes. */
function replace(
  record: PersonRecord,
  stands: Recommendation,
  facts: PersonFacts,
  knowledge: Knowledge,
  context: BehaviourContext,
): Behaved {
  const without = {
    ...record,
    recommendations: record.recommendations.filter(
      ({ recommendation }) => recommendation !== stands,
    ),
  }
  const occasion = record.asked ?? { page: null }
  const { current: next } = decide(without, facts, occasion, knowledge, context)
  const isSeen = stands.exposedAt !== null
  if (next === null || (isSeen && next.action === stands.action)) {
    return { record, current: stands }
  }
  const superseded = withChanges(record, (one) =>
    one === stands ? { ...one, supersededAt: context.now } : one,
  )
  return { record: withRecommendation(superseded, next), current: next }
}

const pastOf = (
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

/**
 * Whoever saw a recommendation and then did what it says has followed it, clicked or not. What counts
 * is when it was done, since events may come late.
 *
 * @param done by action: when it was first done
 */
const withConversions = (
  record: PersonRecord,
  done: Readonly<Record<string, number>>,
  now: number,
): PersonRecord =>
  withChanges(record, (one) => {
    const { exposedAt, action } = one
    const doneAt = done[action]
    if (exposedAt === null || doneAt === undefined) return one
    const follows = exposedAt <= doneAt && doneAt < exposedAt + REWARD_WINDOW_MS
    return follows ? withFeedback(one, 'conversion', Math.min(doneAt, now)) : one
  })

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
  const journey = join(record.journey, session.journey)
  const joined = { ...withJourney(record, journey), recommendations }
  return {
    session: {
      ...session,
      attachedTo: account.person,
      version: session.version + 1,
      recommendations: [],
    },
    account: withConversions(
      joined,
      { ...doneByProof(context.catalogue, context.now), ...journey.completed },
      context.now,
    ),
  }
}

/** @returns `null` for whom the experiment shows nothing */
export function checklist(
  known: PersonRecord | null,
  facts: PersonFacts,
  context: BehaviourContext,
): ChecklistView | null {
  const { assignment, journey } = recordOf(known, facts, context)
  if (assignment.group === 'holdout') return null
  const { catalogue, now } = context
  const proven = facts.provenAt === undefined ? {} : doneByProof(catalogue, facts.provenAt)
  const state = personState(facts, journey, catalogue, now)
  return checklistOf(catalogue, state, { ...proven, ...journey.completed })
}

const doneByProof = (catalogue: Catalogue, at: number): Readonly<Record<string, number>> =>
  Object.fromEntries(
    catalogue.actions
      .filter(({ completedBy }) => completedBy.includes('proof'))
      .map(({ id }) => [id, at]),
  )
