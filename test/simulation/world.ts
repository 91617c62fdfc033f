import type { WakeMessage } from '../../src/contract/messages.ts'
import { consumeHydration } from './consumer.ts'
import { Cron } from './cron.ts'
import { SimulatedDatabase } from './database.ts'
import { keepDeadLetters } from './dead-letters.ts'
import { type News, Violation, checkAtRest, checkStep } from './invariants.ts'
import { Ledger } from './ledger.ts'
import { SimulatedObject } from './object.ts'
import { PLAN, type Plan } from './plan.ts'
import { SimulatedBucket } from './providers/bucket.ts'
import { SimulatedBilling } from './providers/billing.ts'
import { SimulatedIdentity } from './providers/identity.ts'
import { type Mail, SimulatedMail } from './providers/mail.ts'
import { Queue } from './queue.ts'
import type { Stage } from './stage.ts'

/** A run takes a few hundred steps, a stormy one of days some thousands. */
const STEPS_MAX = 200_000
/** An alarm is lost only when the cron comes in its place, a little later. */
const WATCH_MS = 60 * 60_000
/** `wrangler.toml`: the retries of each queue. */
const RETRIES_MAX = 3
const DEAD_LETTER_RETRIES_MAX = 100

/** Everything that there is, put together. Each step ends with the invariants. */
export class World {
  readonly stage: Stage
  readonly ledger = new Ledger()
  readonly objects = new Map<string, SimulatedObject>()
  readonly identity: SimulatedIdentity
  readonly billing: SimulatedBilling
  readonly mail: SimulatedMail
  readonly bucket: SimulatedBucket
  readonly database: SimulatedDatabase
  readonly queue: Queue
  readonly cron: Cron
  readonly plan: Plan
  /** What people do when a mail arrives, or something happens to them. */
  onDelivery: (mail: Mail) => void = () => {}
  onWritten: (written: News['written']) => void = () => {}
  readonly #alarmsMayBeLost: boolean
  readonly #names = new Map<string, number>()
  readonly #checked = new Map<SimulatedObject, number>()
  #steps = 0

  /** @param alarmsMayBeLost also where nobody but a later request would make up for it */
  constructor(stage: Stage, plan: Plan = PLAN, alarmsMayBeLost = false) {
    this.stage = stage
    this.plan = plan
    this.#alarmsMayBeLost = alarmsMayBeLost
    this.identity = new SimulatedIdentity(stage)
    this.billing = new SimulatedBilling(stage)
    this.bucket = new SimulatedBucket(stage)
    this.mail = new SimulatedMail(stage, plan.mailRepeats, (mail) => this.onDelivery(mail))
    this.cron = new Cron(this)
    this.database = new SimulatedDatabase(stage, () => this.cron.plan())
    const deadLetters = new Queue({
      stage,
      name: 'dead letters',
      part: 'dead letters',
      retriesMax: DEAD_LETTER_RETRIES_MAX,
      consume: (batch, invocation) => keepDeadLetters(this, batch, invocation),
      deadLetters: null,
    })
    this.queue = new Queue({
      stage,
      name: 'queue',
      part: 'queue',
      retriesMax: RETRIES_MAX,
      consume: (batch, invocation) => consumeHydration(this, batch, invocation),
      deadLetters,
    })
  }

  get steps(): number {
    return this.#steps
  }

  /** The object of this name, as the platform makes it at the first call. */
  readonly object = (key: string): SimulatedObject => {
    const known = this.objects.get(key)
    if (known !== undefined) return known
    const made = new SimulatedObject({
      stage: this.stage,
      name: key.replace(/0+$/, ''),
      plan: this.plan,
      announce: (message) => this.#announce(message),
      isWatched: () => this.#alarmsMayBeLost || this.#isWatched(key),
    })
    this.objects.set(key, made)
    return made
  }

  nextName(kind: string): string {
    const number = (this.#names.get(kind) ?? 0) + 1
    this.#names.set(kind, number)
    return `${kind} ${number}`
  }

  /** One event and all that follows from it. False: nothing will ever happen again. */
  async step(): Promise<boolean> {
    if (!(await this.stage.scheduler.step())) return false
    this.#steps += 1
    const news = this.#news()
    checkStep(this, news)
    if (news.written.length > 0) this.onWritten(news.written)
    return true
  }

  /** Goes on until `moment`. */
  async runUntil(moment: number): Promise<void> {
    const { scheduler } = this.stage
    while (scheduler.nextAt !== null && scheduler.nextAt <= moment) await this.step()
    scheduler.waitUntil(moment)
  }

  /** Goes on until nothing is left to happen, and checks that this is no standstill. */
  async rest(): Promise<void> {
    while (await this.step()) {
      if (this.#steps > STEPS_MAX) {
        throw new Violation('C: the world comes to rest', `not within ${STEPS_MAX} steps`)
      }
    }
    checkAtRest(this)
  }

  #isWatched(key: string): boolean {
    return this.database.looksAfter(key, this.stage.scheduler.now + WATCH_MS)
  }

  #announce(message: WakeMessage): void {
    this.queue.send(message, (sent) => {
      if (!sent.ok) this.stage.trace.note('queue', 'takes no wake-up')
    })
  }

  #news(): News {
    const written = [...this.objects.values()].flatMap((object) => {
      const from = this.#checked.get(object) ?? 0
      const all = object.journal.written
      if (all.length === from) return []
      this.#checked.set(object, all.length)
      return all.slice(from).map((change) => ({ object, ...change }))
    })
    const reports = [...this.objects.values()].flatMap((object) => object.takeReports())
    return { written, reports, rows: this.database.takeChanges(), ...this.ledger.takeNews() }
  }
}
