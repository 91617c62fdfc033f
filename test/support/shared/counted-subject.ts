import type { Report } from '../../../src/contract/hydration.ts'
import { ok } from '../../../src/contract/result.ts'
import type { HydrationStep } from '../../../src/core/hydration/step.ts'
import { concernsIndex } from '../../../src/core/onboarding/changes.ts'
import { decideClaim } from '../../../src/core/onboarding/claim.ts'
import { isArmedFor, nextWakeAt } from '../../../src/core/onboarding/due.ts'
import { hydrateSubject } from '../../../src/hydration/hydrate-subject.ts'
import { TestSubject } from './test-subject.ts'

/** What happened since the last look. */
export interface Taken {
  /** Of a consumer, to the object. */
  readonly calls: number
  readonly entries: number
  readonly alarms: number
  readonly alarmsSet: number
  readonly mails: number
}

const NOTHING: Taken = { calls: 0, entries: 0, alarms: 0, alarmsSet: 0, mails: 0 }

const stepNamed = (name: string): HydrationStep => ({
  name,
  freeze: (account) => ({ email: account.identity }),
  ensure: () => Promise.resolve(ok(`${name}-ref`)),
  remove: () => Promise.resolve(ok(null)),
})
const STEPS = ['identity', 'billing', 'account'].map(stepNamed)

/** A subject with its alarm and its consumer, who count what each does. Everything succeeds. */
export class CountedSubject extends TestSubject {
  override steps = STEPS
  #taken: Taken = NOTHING
  #armedAt: number | null = null

  override take: TestSubject['take'] = (decide) => {
    const before = this.timeline.length
    const reply = super.take(decide)
    this.#count({ entries: this.timeline.length - before })
    this.#arm()
    return reply
  }

  /** What was counted since the last time. */
  taken(): Taken {
    const taken = this.#taken
    this.#taken = NOTHING
    return taken
  }

  /** One pass of the consumer, as the production code does it. */
  async hydrateWhole(): Promise<void> {
    const sent = () => {
      this.#count({ mails: 1 })
      return Promise.resolve(ok(null))
    }
    const done = () => Promise.resolve(ok(null))
    const urls = { resumeUrl: 'https://foyer.test/resume', unsubscribeUrl: 'https://foyer.test/' }
    await hydrateSubject(
      { lease: () => this.#called(() => this.lease()), report: this.#reported },
      {
        steps: STEPS,
        mailer: { repeats: 'idempotent', sendProof: sent, sendInvitation: sent },
        archive: { put: done, remove: done },
        erasures: { begin: done, keep: done, close: done },
        links: { of: () => Promise.resolve(urls) },
        now: () => this.now,
        stopAt: this.now + 20_000,
      },
    )
  }

  claim(specId: string): void {
    const code = '12345678'
    const codes = new Map([...this.state.challenges.keys()].map((mail) => [mail, code]))
    const command = { specId, authEpoch: 0, code }
    const granted = this.take((state, context) => decideClaim(state, command, codes, context))
    if (!granted.ok) throw new Error(`refused: ${granted.error}`)
  }

  /** Lets time pass until the next alarm, and a second in which a wake-up is on its way. */
  ringNext(): void {
    if (this.#armedAt === null) throw new Error('no alarm is set')
    this.ringUntil(this.#armedAt)
    this.now += 1_000
  }

  /** Lets time pass, with all alarms that ring meanwhile. */
  ringUntil(moment: number): void {
    while (this.#armedAt !== null && this.#armedAt <= moment) {
      this.now = Math.max(this.now, this.#armedAt)
      this.#armedAt = null
      this.#count({ alarms: 1 })
      this.tick()
    }
    this.now = Math.max(this.now, moment)
  }

  readonly #reported = (fence: number, reports: readonly Report[]) =>
    this.#called(() => {
      const before = this.state
      const outcome = this.report(fence, ...reports)
      const changed = concernsIndex(before, this.state)
        ? { sessions: [], dueAt: null, storageBytes: 0 }
        : null
      return { ...outcome, changed }
    })

  #called<T>(work: () => T): Promise<T> {
    this.#count({ calls: 1 })
    return Promise.resolve(work())
  }

  #arm(): void {
    const wakeAt = nextWakeAt(this.state, this.now)
    if (wakeAt === null || isArmedFor(this.#armedAt, wakeAt, this.now)) return
    this.#armedAt = wakeAt
    this.#count({ alarmsSet: 1 })
  }

  #count(some: Partial<Taken>): void {
    const { calls, entries, alarms, alarmsSet, mails } = this.#taken
    this.#taken = {
      calls: calls + (some.calls ?? 0),
      entries: entries + (some.entries ?? 0),
      alarms: alarms + (some.alarms ?? 0),
      alarmsSet: alarmsSet + (some.alarmsSet ?? 0),
      mails: mails + (some.mails ?? 0),
    }
  }
}
