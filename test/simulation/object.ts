import { z } from 'zod'
import { type HydrationWork, Report } from '../../src/contract/hydration.ts'
import type { WakeMessage } from '../../src/contract/messages.ts'
import type { SessionView } from '../../src/contract/onboarding.ts'
import { type Result, fail, ok } from '../../src/contract/result.ts'
import type {
  AccessRefusal,
  ClaimByCode,
  ClaimRefusal,
  EraseRefusal,
  OrderErasure,
  OrderedErasure,
  OpenReply,
  OpenSession,
  MemberGrant,
  ReopenRefusal,
  ReopenRun,
  ReportReply,
  ResumeByLink,
  SessionClaim,
  SubjectStatus,
} from '../../src/contract/subject-rpc.ts'
import { accessSession } from '../../src/core/onboarding/access.ts'
import { concernsIndex, sessionStates } from '../../src/core/onboarding/changes.ts'
import { codeMails } from '../../src/core/onboarding/claim.ts'
import type { Decision, DecisionContext } from '../../src/core/onboarding/decision.ts'
import type { Entry } from '../../src/core/onboarding/entries.ts'
import { type SubjectState, currentView } from '../../src/core/onboarding/state.ts'
import { decideNothing } from '../../src/core/onboarding/turn.ts'
import { Alarm } from './alarm.ts'
import type { Answer } from './invocation.ts'
import { Journal } from './journal.ts'
import { codeIn } from './providers/mail.ts'
import type { Plan } from './plan.ts'
import type { Stage } from './stage.ts'
import { tellEntry } from './tell-entry.ts'

/** A write reaches the disks of several machines before anybody hears of it. */
const COMMIT_MIN_MS = 2
const COMMIT_MAX_MS = 30

type Decide<Reply> = (state: SubjectState, context: DecisionContext) => Decision<Reply>

/** What an object forgets when it dies. */
interface Memory {
  state: SubjectState
  armedAt: number | null
}

/** A turn that was taken and is not on disk yet: nobody hears of it before it is. */
interface Turn {
  readonly entries: readonly Entry[]
  readonly alarmAt: number | null
  readonly committed: () => void
  readonly died: () => void
}

/** What a consumer said, and what became of it. */
export interface Reported {
  readonly fence: number
  readonly heldFence: number | null
  readonly entries: readonly Entry[]
}

export interface ObjectOptions {
  readonly stage: Stage
  readonly name: string
  readonly plan: Plan
  /** Sends a wake-up off the caller's path. */
  readonly announce: (message: WakeMessage) => void
  /** Whether the cron would come if the alarm did not ring. */
  readonly isWatched: () => boolean
}

/**
 * One person's object, as `durable-objects/subject.ts` is: a journal and an alarm that last, and a
 * memory that may go at any moment. Calls that arrive while a write is under way see its effect and
 * wait for it, as behind the platform's output gate.
 */
export class SimulatedObject {
  readonly name: string
  readonly journal = new Journal()
  readonly alarm: Alarm
  readonly #options: ObjectOptions
  #memory: Memory | null = null
  #unwritten: Turn[] = []
  #reports: Reported[] = []

  constructor(options: ObjectOptions) {
    this.#options = options
    this.name = options.name
    this.alarm = new Alarm(options.stage, this.name, (done) => this.#ring(done), options.isWatched)
  }

  /** What it has in memory; `null`: it sleeps, or has not written all of it yet. */
  get settledState(): SubjectState | null {
    return this.#unwritten.length === 0 ? (this.#memory?.state ?? null) : null
  }

  /** What it was told since the last time. */
  takeReports(): readonly Reported[] {
    const reports = this.#reports
    if (reports.length > 0) this.#reports = []
    return reports
  }

  get localNow(): number {
    return this.#options.stage.clocks.now(this.name)
  }

  open(command: OpenSession, answer: Answer<OpenReply>): void {
    const { decideOpen } = this.#options.stage.decisions
    this.#take<OpenReply['opened']>(
      (state, context) => decideOpen(state, command, context),
      ({ reply, wake }) => answer(ok({ opened: reply, wake })),
      answer,
    )
  }

  view(claim: SessionClaim, answer: Answer<Result<SessionView, AccessRefusal>>): void {
    this.#execute(
      (state, { now }) => {
        const access = accessSession(state, claim, now)
        return { entries: [], reply: access.ok ? ok(currentView(access.value)) : access }
      },
      (reply) => answer(ok(reply)),
      answer,
    )
  }

  lease(answer: Answer<HydrationWork | null>): void {
    this.#execute(
      (state, context) => this.#options.stage.decisions.decideLease(state, context),
      (work) => answer(ok(work)),
      answer,
    )
  }

  report(fence: number, reports: readonly Report[], answer: Answer<ReportReply>): void {
    const { decideReport } = this.#options.stage.decisions
    const before = this.#load().state
    const parsed = z.array(Report).parse(reports)
    this.#execute(
      (state, context) => {
        const decision = decideReport(state, fence, parsed, context)
        this.#reports.push({ fence, heldFence: state.lease?.fence ?? null, ...decision })
        return decision
      },
      (reply) => {
        const changed = concernsIndex(before, this.#load().state)
        answer(ok({ ...reply, changed: changed ? this.#status() : null }))
      },
      answer,
    )
  }

  resume(link: ResumeByLink, answer: Answer<Result<MemberGrant, 'expired'>>): void {
    const { decideResume } = this.#options.stage.decisions
    this.#execute(
      (state, context) => decideResume(state, link, context),
      (reply) => answer(ok(reply)),
      answer,
    )
  }

  claim(command: ClaimByCode, answer: Answer<Result<MemberGrant, ClaimRefusal>>): void {
    const { decideClaim } = this.#options.stage.decisions
    this.#execute(
      (state, context) => {
        const mails = codeMails(state, context.now)
        const codes = new Map(mails.map((mail) => [mail, codeIn(mail)]))
        return decideClaim(state, command, codes, context)
      },
      (reply) => answer(ok(reply)),
      answer,
    )
  }

  unsubscribe(answer: Answer<null>): void {
    const { decideUnsubscribe } = this.#options.stage.decisions
    this.#execute(decideUnsubscribe, (reply) => answer(ok(reply)), answer)
  }

  reopen(
    command: ReopenRun,
    answer: Answer<Result<{ readonly run: number }, ReopenRefusal>>,
  ): void {
    const { decideReopen } = this.#options.stage.decisions
    this.#execute(
      (state, context) => decideReopen(state, command, context),
      (reply) => answer(ok(reply)),
      answer,
    )
  }

  erase(order: OrderErasure, answer: Answer<Result<OrderedErasure, EraseRefusal>>): void {
    const { decideErase } = this.#options.stage.decisions
    this.#execute(
      (state, context) => decideErase(state, order, context),
      (reply) => answer(ok(reply)),
      answer,
    )
  }

  wake(answer: Answer<SubjectStatus>): void {
    const { isWorkDue, wakeMessage } = this.#options.stage.decisions
    this.#execute(
      decideNothing,
      () => {
        const { state } = this.#load()
        if (isWorkDue(state, this.localNow)) this.#announce(wakeMessage(state))
        answer(ok(this.#status()))
      },
      answer,
    )
  }

  /** Dies now, as at a deploy or with its machine. */
  crash(): void {
    const lost = this.#unwritten
    this.#memory = null
    this.#unwritten = []
    this.#note(`dies, ${lost.length} turns unwritten`)
    for (const { died } of lost) died()
  }

  evict(): void {
    if (this.#memory === null || this.#unwritten.length > 0) return
    this.#memory = null
    this.#note('is evicted')
  }

  #ring(done: (finished: boolean) => void): void {
    this.#load().armedAt = null
    this.wake(({ ok: finished }) => done(finished))
  }

  /** A turn, and the wake-up that follows from it, off the caller's path. */
  #execute<Reply>(
    decide: Decide<Reply>,
    committed: (reply: Reply) => void,
    died: (outcome: { readonly ok: false; readonly error: Error }) => void,
  ): void {
    this.#take(
      decide,
      ({ reply, wake }) => {
        this.#announce(wake)
        committed(reply)
      },
      died,
    )
  }

  #take<Reply>(
    decide: Decide<Reply>,
    committed: (turn: { readonly reply: Reply; readonly wake: WakeMessage | null }) => void,
    died: (outcome: { readonly ok: false; readonly error: Error }) => void,
  ): void {
    const { decisions, faults } = this.#options.stage
    if (faults.strikes('evicted', this.name)) this.evict()
    const memory = this.#load()
    const before = memory.state
    const context = this.#context()
    const turn = decisions.takeTurn(before, context, decide)
    memory.state = turn.state
    const alarmAt = this.#arm(memory, decisions.nextWakeAt(turn.state, context.now), context.now)
    for (const entry of turn.entries) this.#note(tellEntry(entry))
    const wake = decisions.wakeAfter(before, turn.state, context.now)
    this.#write({
      entries: turn.entries,
      alarmAt,
      committed: () => committed({ reply: turn.reply, wake }),
      died: () => died(fail(new Error('the object was reset'))),
    })
  }

  #arm(memory: Memory, wakeAt: number | null, now: number): number | null {
    const { isArmedFor } = this.#options.stage.decisions
    if (wakeAt === null || isArmedFor(memory.armedAt, wakeAt, now)) return null
    memory.armedAt = wakeAt
    return wakeAt
  }

  #write(turn: Turn): void {
    const { delays, scheduler } = this.#options.stage
    this.#unwritten.push(turn)
    scheduler.after(delays.int(COMMIT_MIN_MS, COMMIT_MAX_MS), () => this.#flush(turn))
  }

  /** Commits everything up to `turn`: later ones never overtake earlier ones. */
  #flush(turn: Turn): void {
    const { faults } = this.#options.stage
    const position = this.#unwritten.indexOf(turn)
    if (position < 0) return
    if (faults.strikes('killed_before_commit', this.name)) return this.crash()
    const ready = this.#unwritten.slice(0, position + 1)
    for (const { entries, alarmAt } of ready) {
      this.journal.append(entries)
      if (alarmAt !== null) this.alarm.set(alarmAt)
    }
    if (faults.strikes('killed_after_commit', this.name)) return this.crash()
    this.#unwritten = this.#unwritten.slice(position + 1)
    for (const { committed } of ready) committed()
  }

  /** What the journal says, when there is nothing in memory. */
  #load(): Memory {
    this.#memory ??= { state: this.journal.state, armedAt: null }
    return this.#memory
  }

  #announce(message: WakeMessage | null): void {
    if (message !== null) this.#options.announce(message)
  }

  #status(): SubjectStatus {
    const { state } = this.#load()
    const dueAt = this.#options.stage.decisions.nextWakeAt(state, this.localNow)
    return {
      sessions: sessionStates(state),
      dueAt,
      storageBytes: this.journal.sizeBytes,
      erasing: state.condemned?.erasure ?? null,
    }
  }

  #context(): DecisionContext {
    const { stage, plan } = this.#options
    return {
      ...plan,
      now: this.localNow,
      newId: () => stage.ids.uuid(),
      random: () => stage.ids.next(),
    }
  }

  #note(event: string): void {
    this.#options.stage.trace.note(this.name, event)
  }
}
