import { z } from 'zod'
import type {
  DecisionRecord,
  JourneyRecord,
  Published,
  Untold,
} from '../../contract/behaviour-rpc.ts'
import { Group } from '../../contract/recommendation.ts'
import type { Assignment } from '../experiment/assignment.ts'
import type { Catalogue } from '../recommendation/catalogue.ts'
import { isRemembered } from '../recommendation/caps.ts'
import { Recommendation } from '../recommendation/recommendation.ts'
import { EMPTY_JOURNEY, Journey } from './journey.ts'
import { type PersonFacts, personState } from './person-state.ts'

/** `version` grows with every change; `told` is what Postgres is known to have. */
const Versions = { version: z.int(), told: z.int() }

const Kept = z.object({ recommendation: Recommendation, ...Versions })
type Kept = Readonly<z.infer<typeof Kept>>

/** What an object knows of one person's behaviour. Fields may only be added as optional. */
export const PersonRecord = z.object({
  person: z.string(),
  journey: Journey,
  /** Drawn once. */
  assignment: z.object({ experiment: z.string(), group: Group }),
  /** The account that took it over; from then on this is only a sign that says so. */
  attachedTo: z.string().nullable(),
  ...Versions,
  /** The newest question to a model; open until something was said to it. */
  asked: z
    .object({
      key: z.string(),
      page: z.string().nullable(),
      at: z.number(),
      isOpen: z.boolean(),
      /** When the newest event came that led to it. */
      promptedAt: z.number().exactOptional(),
    })
    .nullable()
    .default(null),
  /** Oldest first. */
  recommendations: z.array(Kept),
})
export type PersonRecord = Readonly<z.infer<typeof PersonRecord>>

export const newPerson = (person: string, assignment: Assignment): PersonRecord => ({
  person,
  journey: EMPTY_JOURNEY,
  assignment,
  attachedTo: null,
  version: 1,
  told: 0,
  asked: null,
  recommendations: [],
})

export const recommendationsOf = (record: PersonRecord): readonly Recommendation[] =>
  record.recommendations.map(({ recommendation }) => recommendation)

export const withJourney = (record: PersonRecord, journey: Journey): PersonRecord =>
  journey === record.journey ? record : { ...record, journey, version: record.version + 1 }

/** Another one; those that no limit looks back at are forgotten once Postgres has them. */
export function withRecommendation(
  record: PersonRecord,
  recommendation: Recommendation,
): PersonRecord {
  const kept = record.recommendations.filter(
    (one) => isUntold(one) || isRemembered(one.recommendation, recommendation.decidedAt),
  )
  return { ...record, recommendations: [...kept, { recommendation, version: 1, told: 0 }] }
}

/** @returns the very same record if nothing changed */
export function withChanges(
  record: PersonRecord,
  change: (recommendation: Recommendation) => Recommendation,
): PersonRecord {
  const recommendations = record.recommendations.map((kept) => {
    const recommendation = change(kept.recommendation)
    return recommendation === kept.recommendation
      ? kept
      : { ...kept, recommendation, version: kept.version + 1 }
  })
  const changed = recommendations.some((kept, at) => kept !== record.recommendations[at])
  return changed ? { ...record, recommendations } : record
}

const isUntold = ({ version, told }: Pick<Kept, 'version' | 'told'>): boolean => version > told

/** Whether there is something that Postgres is to be told, or a model to be asked. */
export const isPending = (record: PersonRecord): boolean =>
  record.asked?.isOpen === true || isUntold(record) || record.recommendations.some(isUntold)

/** What Postgres does not have. */
export function untoldOf(record: PersonRecord, facts: PersonFacts, catalogue: Catalogue): Untold {
  const { person, subjectKey } = facts
  const decisions = record.recommendations
    .filter(isUntold)
    .map(({ recommendation, version }): DecisionRecord => ({
      ...recommendation,
      person,
      subjectKey,
      version,
    }))
  return {
    journeys: isUntold(record) ? [journeyRecord(record, facts, catalogue)] : [],
    decisions,
  }
}

function journeyRecord(
  { person, journey, assignment, attachedTo, version }: PersonRecord,
  facts: PersonFacts,
  catalogue: Catalogue,
): JourneyRecord {
  const state = personState(facts, journey, catalogue, facts.startedAt)
  return {
    person,
    subjectKey: facts.subjectKey,
    version,
    attachedTo,
    ...assignment,
    startedAt: facts.startedAt,
    activatedAt: journey.completed[catalogue.activation] ?? null,
    completedActions: state.completed_actions,
    lastError: state.last_error,
    plan: facts.plan,
  }
}

/** Postgres has it: what changed meanwhile has a higher version. */
export function toldOf(record: PersonRecord, published: readonly Published[]): PersonRecord {
  const versions = new Map(published.map(({ id, version }) => [id, version]))
  const tell = <T extends { readonly told: number }>(id: string, kept: T): T => ({
    ...kept,
    told: Math.max(kept.told, versions.get(id) ?? 0),
  })
  return {
    ...tell(record.person, record),
    recommendations: record.recommendations.map((kept) => tell(kept.recommendation.id, kept)),
  }
}
