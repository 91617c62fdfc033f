import type { BehaviourMessage } from '../src/contract/behaviour.ts'
import type {
  Advice,
  BehaviourReply,
  Feedback,
  ObserveEvents,
  Observed,
  Published,
  ToneCounts,
  Unpublished,
} from '../src/contract/behaviour-rpc.ts'
import type { ChecklistView, RecommendationView } from '../src/contract/recommendation.ts'
import { type Result, fail, ok } from '../src/contract/result.ts'
import {
  type BehaviourContext,
  advise,
  attach,
  checklist,
  currentOf,
  look,
  observe,
  takeFeedback,
} from '../src/core/behaviour/behave.ts'
import { openQuestion, withoutQuestion } from '../src/core/behaviour/asking.ts'
import { isPresent, personFacts } from '../src/core/behaviour/person-facts.ts'
import {
  type PersonRecord,
  newPerson,
  toldOf,
  untoldOf,
} from '../src/core/behaviour/person-record.ts'
import type { PersonFacts } from '../src/core/behaviour/person-state.ts'
import { assign } from '../src/core/experiment/assignment.ts'
import type { Entry } from '../src/core/onboarding/entries.ts'
import type { SubjectState } from '../src/core/onboarding/state.ts'
import { viewOf } from '../src/core/recommendation/recommendation.ts'
import { currentTrace, inSpan } from '../src/adapters/trace.ts'
import { PeopleTable } from './people-table.ts'
import type { SubjectSockets } from './sockets.ts'

/**
 * The part of a subject's object that knows what its people do, and what they are shown next. A shell
 * around `core/behaviour`: rows in, rows out, frames to whoever watches. Nothing in it awaits, so that
 * what it writes commits with what the object writes beside it.
 */
export class Behaviour {
  readonly #people: PeopleTable
  readonly #sockets: SubjectSockets

  constructor(sql: SqlStorage, tables: ReadonlySet<string>, sockets: SubjectSockets) {
    this.#people = new PeopleTable(sql, tables)
    this.#sockets = sockets
  }

  observe(
    state: SubjectState,
    { person, events, tones }: ObserveEvents,
    context: BehaviourContext,
  ): Observed {
    const facts = this.#factsOf(state, person)
    if (facts === null) return { known: false, unpublished: NOTHING }
    const known = this.#people.read(facts.person)
    const { record } = observe(known, facts, events, tones, context)
    this.#become(facts, known, record, context)
    return { known: true, unpublished: unpublishedOf(record, facts, context) }
  }

  /** Something was said to a question that was asked about this person. */
  advise(state: SubjectState, advice: Advice, context: BehaviourContext): Unpublished {
    const facts = this.#factsOf(state, advice.person)
    const known = facts && this.#people.read(facts.person)
    if (facts === null || known === null) return NOTHING
    const { record } = advise(known, facts, advice, context)
    this.#become(facts, known, record, context)
    return unpublishedOf(record, facts, context)
  }

  /** What stands for this person, or is decided now. */
  look(
    state: SubjectState,
    person: string,
    tones: ToneCounts,
    context: BehaviourContext,
  ): BehaviourReply<RecommendationView | null, 'ended'> {
    const facts = this.#factsOf(state, person)
    if (facts === null) return { result: fail('ended'), wake: null }
    const known = this.#people.read(facts.person)
    const behaved = look(known, facts, tones, context)
    this.#become(facts, known, behaved.record, context)
    const view = behaved.current && viewOf(behaved.current, context.catalogue)
    return { result: ok(view), wake: behaved.record === known ? null : wakeFor(facts) }
  }

  feedback(
    state: SubjectState,
    person: string,
    { recommendationId, kind }: Feedback,
    context: BehaviourContext,
  ): BehaviourReply<null, 'ended' | 'unknown'> {
    const facts = this.#factsOf(state, person)
    if (facts === null) return { result: fail('ended'), wake: null }
    const known = this.#people.read(facts.person)
    const record = known && takeFeedback(known, recommendationId, kind, context.now)
    if (record === null) return { result: fail('unknown'), wake: null }
    if (record === known) return { result: ok(null), wake: null }
    this.#become(facts, known, record, context)
    return { result: ok(null), wake: wakeFor(facts) }
  }

  /** Nothing is decided, so nothing is kept. */
  checklist(
    state: SubjectState,
    person: string,
    context: BehaviourContext,
  ): Result<ChecklistView | null, 'ended'> {
    const facts = this.#factsOf(state, person)
    if (facts === null) return fail('ended')
    return ok(checklist(this.#people.read(facts.person), facts, context))
  }

  /** What stands already, for somebody who begins to watch. */
  standing(
    state: SubjectState,
    person: string,
    context: BehaviourContext,
  ): RecommendationView | null {
    const facts = this.#factsOf(state, person)
    const record = facts && this.#people.read(facts.person)
    const current = facts && record && currentOf(record, facts, context)
    return current && viewOf(current, context.catalogue)
  }

  /**
   * What becomes of journeys when the timeline goes on.
   *
   * @returns whether one was attached, which Postgres is to be told, and no consumer asks for by itself
   */
  follow(state: SubjectState, entries: readonly Entry[], context: BehaviourContext): boolean {
    let isAttached = false
    for (const entry of entries) {
      if (entry.type === 'erased' || entry.type === 'erasure_ordered') this.#people.clear()
      if (entry.type === 'session_opened' && entry.evicts !== undefined) {
        this.#people.remove(entry.evicts)
      }
      if (entry.type === 'proven' && entry.specId !== undefined) {
        isAttached = this.#attach(state, entry.specId, context) || isAttached
      }
    }
    return isAttached
  }

  unpublished(state: SubjectState, context: BehaviourContext): Unpublished {
    const all = this.#people.readPending().map((record) => {
      const facts = personFacts(state, record.person)
      if (facts !== null) return this.#outboxOf(state, record, facts, context)
      // A session that had to make room: nobody knows it any more.
      this.#people.remove(record.person)
      return NOTHING
    })
    return {
      journeys: all.flatMap(({ journeys }) => journeys),
      decisions: all.flatMap(({ decisions }) => decisions),
      questions: all.flatMap(({ questions }) => questions),
    }
  }

  published(told: readonly Published[], now: number): void {
    for (const record of this.#people.readPending()) {
      this.#people.write(toldOf(record, told), now)
    }
  }

  /** Everything that is known of behaviour here. */
  get records(): readonly PersonRecord[] {
    return this.#people.readAll()
  }

  /** Since when Postgres lacks something, or a question was not answered either way; epoch milliseconds. */
  get pendingSince(): number | null {
    return this.#people.pendingSince()
  }

  #outboxOf(
    state: SubjectState,
    record: PersonRecord,
    facts: PersonFacts,
    context: BehaviourContext,
  ): Unpublished {
    const outbox = unpublishedOf(record, facts, context)
    if (outbox.questions.length > 0 && isPresent(state, facts)) return outbox
    // It does not arise any more, or a proof has ended its session: nobody would ever answer it.
    const closed = withoutQuestion(record)
    if (closed !== record) this.#people.write(closed, context.now)
    return { ...outbox, questions: [] }
  }

  /** @returns false: there is no account */
  #attach(state: SubjectState, specId: string, context: BehaviourContext): boolean {
    const { account } = state
    const facts = account && personFacts(state, account.userId)
    if (facts === null) return false
    const session =
      this.#people.read(specId) ?? newPerson(specId, assign(context.experiment, facts.subjectKey))
    const attached = attach(session, this.#people.read(facts.person), facts, context)
    this.#people.write(attached.session, context.now)
    this.#people.write(attached.account, context.now)
    return true
  }

  /** Whoever a person has become: a session that proved the address is the account from then on. */
  #factsOf(state: SubjectState, person: string): PersonFacts | null {
    const attachedTo = this.#people.read(person)?.attachedTo
    const facts = personFacts(state, attachedTo ?? person)
    return facts !== null && isPresent(state, facts) ? facts : null
  }

  /** Keeps what changed, and tells whoever watches what stands by now. */
  #become(
    facts: PersonFacts,
    known: PersonRecord | null,
    record: PersonRecord,
    context: BehaviourContext,
  ): void {
    if (record === known) return
    this.#people.write(record, context.now)
    const before = known && currentOf(known, facts, context)
    const after = currentOf(record, facts, context)
    if (after?.id === before?.id) return
    const view = after && viewOf(after, context.catalogue)
    if (view) {
      const of = facts.role === 'speculative' ? { specId: facts.person } : {}
      inSpan('recommendation.push', { ...of, outcome: view.source }, ({ tell }) => {
        tell({ count: this.#sockets.recommend(facts, view) })
      })
    } else if (before) this.#sockets.withdraw(facts, before.id)
  }
}

const NOTHING: Unpublished = { journeys: [], decisions: [], questions: [] }

function unpublishedOf(
  record: PersonRecord,
  facts: PersonFacts,
  context: BehaviourContext,
): Unpublished {
  const question = openQuestion(record, facts, context)
  return {
    ...untoldOf(record, facts, context.catalogue),
    questions: question === null ? [] : [question],
  }
}

const wakeFor = ({ subjectKey: key }: PersonFacts): BehaviourMessage => ({
  v: 1,
  type: 'unpublished',
  key,
  traceparent: currentTrace(),
})
