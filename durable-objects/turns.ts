import type { WakeMessage } from '../src/contract/messages.ts'
import { describeError, log } from '../src/adapters/log.ts'
import { currentTrace, inSpan } from '../src/adapters/trace.ts'
import type { BehaviourContext } from '../src/core/behaviour/behave.ts'
import { endedSince, viewsSince } from '../src/core/onboarding/changes.ts'
import type { Decision, DecisionContext } from '../src/core/onboarding/decision.ts'
import { isArmedFor, isWorkDue, nextWakeAt, tellAgainAt } from '../src/core/onboarding/due.ts'
import { evolve } from '../src/core/onboarding/evolve.ts'
import { EMPTY_SUBJECT, type SubjectState } from '../src/core/onboarding/state.ts'
import { decideNothing, takeTurn } from '../src/core/onboarding/turn.ts'
import { wakeAfter, wakeMessage } from '../src/core/onboarding/wake.ts'
import { type Bindings, parseSettings } from '../src/env.ts'
import type { Behaviour } from './behaviour.ts'
import { behaviourContext, decisionContext } from './contexts.ts'
import type { SubjectSockets } from './sockets.ts'
import type { Timeline } from './timeline.ts'

/** What the messages of an object have in common. */
interface Wake {
  readonly key: string
  readonly traceparent: string
}

type Decide<Reply> = (state: SubjectState, context: DecisionContext) => Decision<Reply>

/**
 * The turns of one object: load, let `core` decide, append, perform the effects, arm the alarm. Apart
 * from the class that others call, so that none of it can be called over RPC.
 */
export class Turns {
  readonly #ctx: DurableObjectState
  readonly #bindings: () => Bindings
  readonly #timeline: Timeline
  readonly #sockets: SubjectSockets
  readonly #behaviour: Behaviour
  #folded: SubjectState | null = null
  /** What the alarm is known to be set to; unknown after a cold start, which only costs a write. */
  #armedAt: number | null = null

  constructor(
    ctx: DurableObjectState,
    bindings: () => Bindings,
    timeline: Timeline,
    sockets: SubjectSockets,
    behaviour: Behaviour,
  ) {
    this.#ctx = ctx
    this.#bindings = bindings
    this.#timeline = timeline
    this.#sockets = sockets
    this.#behaviour = behaviour
  }

  /**
   * Folded at the first use and not in the constructor: a timeline that this release cannot read, after
   * a roll-back, must not keep the alarm from being set again.
   */
  get state(): SubjectState {
    this.#folded ??= this.#timeline.read().reduce(evolve, EMPTY_SUBJECT)
    return this.#folded
  }

  /** A turn, and the wake-up that follows from it, off the caller's path. */
  async execute<Reply>(decide: Decide<Reply>): Promise<Reply> {
    const { reply, wake } = await this.take(decide)
    if (wake !== null) this.#wakeConsumer(wake)
    return reply
  }

  /** Decide, append and arm the alarm in one transaction; then push. */
  async take<Reply>(
    decide: Decide<Reply>,
  ): Promise<{ readonly reply: Reply; readonly wake: WakeMessage | null }> {
    const context = decisionContext(parseSettings(this.#bindings()))
    const before = this.state
    const turn = takeTurn(before, context, decide)
    if (turn.entries.length === 0) {
      // Nothing but time has passed, and an alarm that is still to ring was set for what there is.
      if (this.#armedAt === null || this.#armedAt <= context.now) await this.#arm(context.now)
      return { reply: turn.reply, wake: null }
    }
    this.#timeline.append(turn.entries)
    this.#folded = turn.state
    const isAttached = this.#behaviour.follow(turn.state, turn.entries, this.#behaving())
    // Nothing is awaited before the alarm is set, so it commits with the entries.
    await this.#arm(context.now)
    for (const [specId, views] of viewsSince(before, turn.state)) this.#sockets.push(specId, views)
    for (const id of endedSince(before, turn.state)) this.#sockets.end(id)
    if (isAttached) this.#announceUntold()
    return { reply: turn.reply, wake: wakeAfter(before, turn.state, context.now) }
  }

  /** What people do leaves the timeline alone, but time passes, and Postgres must be told. */
  async behave<T>(act: (state: SubjectState, context: BehaviourContext) => T): Promise<T> {
    await this.execute(decideNothing)
    const reply = act(this.state, this.#behaving())
    await this.#arm(Date.now())
    return reply
  }

  /** Asks consumers for whatever should have been done by now. */
  announceDue(): void {
    const wake = isWorkDue(this.state, Date.now()) ? wakeMessage(this.state) : null
    if (wake !== null) this.#wakeConsumer(wake)
    if (this.#behaviour.pendingSince !== null) this.#announceUntold()
  }

  alarmRang(): void {
    this.#armedAt = null
  }

  /** Asks a consumer to fetch what Postgres has not been told. */
  #announceUntold(): void {
    const key = this.state.account?.subjectKey
    if (key === undefined) return
    const message = { v: 1, type: 'unpublished', key, traceparent: currentTrace() } as const
    this.#send('foyer-behavior-events', this.#bindings().BEHAVIOR, message)
  }

  async #arm(now: number): Promise<void> {
    const { pendingSince } = this.#behaviour
    const work = nextWakeAt(this.state, now)
    const telling = tellAgainAt(pendingSince, now)
    const wakeAt = work === null || telling === null ? (work ?? telling) : Math.min(work, telling)
    if (wakeAt === null || isArmedFor(this.#armedAt, wakeAt, now)) return
    this.#armedAt = wakeAt
    await this.#ctx.storage.setAlarm(wakeAt)
  }

  #wakeConsumer(wake: WakeMessage): void {
    this.#send('foyer-hydration', this.#bindings().HYDRATION, wake)
  }

  /** If it is lost, the alarm repeats it. */
  #send<Message extends Wake>(name: string, queue: Queue<Message>, message: Message): void {
    const { key: subject, traceparent } = message
    const sent = inSpan('queue.send', { queue: name, traceparent }, async (span) => {
      try {
        await queue.send({ ...message, traceparent: span.traceparent })
      } catch (error) {
        span.tell({ outcome: 'lost' })
        log('warn', 'wake.not_sent', { subject, error: describeError(error) })
      }
    })
    this.#ctx.waitUntil(sent)
  }

  #behaving(): BehaviourContext {
    return behaviourContext(parseSettings(this.#bindings()))
  }
}
