import type { AskedQuestion } from '../../contract/behaviour-rpc.ts'
import { questionFor, questionKey } from '../policy/question.ts'
import type { Catalogue } from '../recommendation/catalogue.ts'
import type { PersonRecord } from './person-record.ts'
import { type PersonFacts, personState } from './person-state.ts'

/** A model that did not answer by then was down, or over its budget: it may be asked again. */
const ASK_AGAIN_MS = 300_000

/** Which model is asked, and with which prompt; both are part of a question's key. */
export interface Policy {
  readonly model: string
  readonly promptVersion: string
}

export interface AskingContext {
  readonly catalogue: Catalogue
  /** Epoch milliseconds. */
  readonly now: number
  /** `null`: there is no model. */
  readonly policy: Policy | null
  /** So many events of a person the rules alone answer. */
  readonly coldStartEvents: number
}

/** Nothing is drawn, and nobody asked: for the baseline, and for everybody's first events. */
export const isCertain = (
  { assignment, journey }: PersonRecord,
  { coldStartEvents }: AskingContext,
): boolean => assignment.group === 'baseline' || journey.counted.length <= coldStartEvents

/** What led to a decision or to a question. */
export interface Occasion {
  /** Where the person is, a pattern of the catalogue; `null`: nobody said. */
  readonly page: string | null
  /** When the newest event came; absent: somebody asked. Epoch milliseconds. */
  readonly promptedAt?: number | undefined
}

/**
 * What a model is to be asked about somebody: nothing but how they stand, in the catalogue's words.
 *
 * @param page where they are
 * @returns `null`: nothing, since there is no model, nothing to choose from, or no need
 */
export function questionAbout(
  record: PersonRecord,
  facts: PersonFacts,
  page: string | null,
  context: AskingContext,
): AskedQuestion | null {
  const { catalogue, policy, now } = context
  if (policy === null || record.assignment.group !== 'policy' || isCertain(record, context)) {
    return null
  }
  const question = questionFor(catalogue, {
    state: personState(facts, record.journey, catalogue, now),
    page,
  })
  if (question === null) return null
  const key = questionKey(question, policy.promptVersion, catalogue.version, policy.model)
  return key === null ? null : { person: facts.person, key, question }
}

/** Notes that it is asked, unless the same was asked just before. */
export function withQuestion(
  record: PersonRecord,
  { key }: AskedQuestion,
  { page, promptedAt }: Occasion,
  now: number,
): PersonRecord {
  const { asked } = record
  if (asked?.key === key && now < asked.at + ASK_AGAIN_MS) return record
  const prompted = promptedAt === undefined ? {} : { promptedAt }
  return { ...record, asked: { key, page, at: now, isOpen: true, ...prompted } }
}

/** @returns the very same record if none is open */
export const withoutQuestion = (record: PersonRecord): PersonRecord =>
  record.asked?.isOpen === true ? { ...record, asked: { ...record.asked, isOpen: false } } : record

/** The question that nobody has said anything to yet. */
export function openQuestion(
  record: PersonRecord,
  facts: PersonFacts,
  context: AskingContext,
): AskedQuestion | null {
  const { asked } = record
  if (asked === null || !asked.isOpen) return null
  const question = questionAbout(record, facts, asked.page, context)
  // Something was done meanwhile: it is another question now, or none.
  return question?.key === asked.key ? question : null
}
