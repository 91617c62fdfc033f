import type { HydrationWork, Report } from '../../../src/contract/hydration.ts'
import type { SessionView } from '../../../src/contract/onboarding.ts'
import type { OpenSession } from '../../../src/contract/subject-rpc.ts'
import type { Decision, DecisionContext } from '../../../src/core/onboarding/decision.ts'
import type { Entry } from '../../../src/core/onboarding/entries.ts'
import { evolve } from '../../../src/core/onboarding/evolve.ts'
import { decideLease } from '../../../src/core/onboarding/lease.ts'
import { decideOpen } from '../../../src/core/onboarding/open.ts'
import { type ReportOutcome, decideReport } from '../../../src/core/onboarding/report.ts'
import { EMPTY_SUBJECT, type SubjectState } from '../../../src/core/onboarding/state.ts'
import { decideNothing, takeTurn } from '../../../src/core/onboarding/turn.ts'
import type { MailRepeats } from '../../../src/core/ports.ts'
import type { StepDefinition } from '../../../src/core/hydration/step.ts'

export const T0 = Date.UTC(2026, 10, 21)

export const STEPS: readonly StepDefinition[] = [
  { name: 'billing', freeze: (account) => ({ email: account.identity }) },
  { name: 'account' },
]

export const command = (change: Partial<OpenSession> = {}): OpenSession => ({
  subjectKey: 'k'.repeat(43),
  identity: 'ada@example.com',
  client: 'client-a',
  planId: 'pro',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ...change,
})

/** One subject's life, with a clock turned by hand: the decisions as the object runs them. */
export class TestSubject {
  state: SubjectState = EMPTY_SUBJECT
  timeline: Entry[] = []
  now = T0
  random = 0.5
  opensPerMinute = 3
  steps = STEPS
  mailRepeats: MailRepeats = 'idempotent'
  #ids = 0

  take<Reply>(decide: (state: SubjectState, context: DecisionContext) => Decision<Reply>): Reply {
    const turn = takeTurn(this.state, this.#context(), decide)
    this.timeline.push(...turn.entries)
    this.state = turn.state
    return turn.reply
  }

  open(change: Partial<OpenSession> = {}) {
    return this.take((state, context) => decideOpen(state, command(change), context))
  }

  /** Opens a session that must be accepted; answers its id. */
  opened(change: Partial<OpenSession> = {}): string {
    const reply = this.open(change)
    if (!reply.ok) throw new Error(`refused: ${reply.error.code}`)
    return reply.value.specId
  }

  lease(): HydrationWork | null {
    return this.take(decideLease)
  }

  /** Takes a lease that must be granted. */
  leased(): HydrationWork {
    const work = this.lease()
    if (work === null) throw new Error('no lease was granted')
    return work
  }

  report(fence: number, ...reports: readonly Report[]): ReportOutcome {
    return this.take((state, context) => decideReport(state, fence, reports, context))
  }

  tick(): void {
    this.take(decideNothing)
  }

  /** A whole pass in which everything succeeds. */
  hydrate(): void {
    const work = this.leased()
    if (work.mail !== null) this.report(work.fence, { type: 'mail_sent' })
    for (const { name } of work.steps) {
      this.report(work.fence, { type: 'step_done', step: name, ref: `${name}-ref` })
    }
  }

  views(specId: string): readonly SessionView[] {
    const session = this.state.sessions.get(specId)
    if (session === undefined) throw new Error('no such session')
    return session.views
  }

  /** What the session was shown, its own id left out. */
  path(specId: string) {
    return this.views(specId).map(({ status, seq, steps, error }) => ({
      status,
      seq,
      steps,
      ...(error && { error }),
    }))
  }

  status(specId: string): string | undefined {
    return this.views(specId).at(-1)?.status
  }

  refolded(): SubjectState {
    return this.timeline.reduce(evolve, EMPTY_SUBJECT)
  }

  #context(): DecisionContext {
    return {
      now: this.now,
      newId: () => `id-${(this.#ids += 1)}`,
      random: () => this.random,
      steps: this.steps,
      opensPerMinute: this.opensPerMinute,
      sessionMaxAgeMs: 24 * 3_600_000,
      retentionMs: 30 * 24 * 3_600_000,
      mailRepeats: this.mailRepeats,
    }
  }
}
