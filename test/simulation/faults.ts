import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

/** Everything that can go wrong at one moment, and what it is. */
export const FAULTS = {
  // Between a caller and an object.
  request_lost: 'a call does not arrive',
  reply_lost: 'a call was answered, the answer does not arrive',
  // Objects.
  killed_before_commit: 'the object dies with what it has not written yet',
  killed_after_commit: 'the object dies when it has written and not answered',
  evicted: 'the object loses its memory between two calls',
  alarm_late: 'the alarm rings minutes or hours late',
  alarm_doubled: 'the alarm rings twice',
  alarm_lost: 'the alarm never rings',
  alarm_given_up: 'the platform forgets an alarm that failed seven times',
  // The queue.
  send_throws: 'the queue refuses a message',
  send_hangs: 'the queue takes a message and does not say so',
  message_lost: 'a message disappears',
  message_doubled: 'a message comes twice',
  message_delayed: 'a message comes seconds or days later',
  delivery_repeated: 'an acknowledged message comes once more',
  // Whoever runs code: consumers, the cron, a request in the Worker.
  killed: 'code never goes on after an await',
  slow: 'code goes on long after it could, also after its lease',
  // Providers.
  call_lost: 'a call does not reach the provider',
  answer_lost: 'the provider did it, nobody hears',
  call_late: 'the provider does it after the caller has given up',
  breaks_before: 'the provider answers 500 and has done nothing',
  breaks_after: 'the provider answers 500 and has done it',
  limits: 'the provider answers 429',
  // The database.
  statement_lost: 'a statement does not reach the database',
  statement_late: 'the database commits after the caller has given up',
  commit_unheard: 'the database commits, nobody hears',
  // The archive.
  put_lost: 'an object does not reach the archive',
  put_unheard: 'the archive keeps an object, nobody hears',
  // The cron.
  cron_missed: 'a tick does not come',
  cron_doubled: 'two ticks overlap',
} as const

export type Fault = keyof typeof FAULTS

export const FAULT_KINDS = Object.keys(FAULTS) as readonly Fault[]

/** What can be down for a while. */
export const PARTS = [
  'queue',
  'dead letters',
  'identity',
  'billing',
  'mail',
  'archive',
  'database',
] as const
export type Part = (typeof PARTS)[number]

export interface Outage {
  readonly part: Part
  readonly from: number
  readonly until: number
}

/** Which faults come how often: drawn for a run, or none for a world that a test disturbs itself. */
export interface Weather {
  readonly rates: Readonly<Partial<Record<Fault, number>>>
  readonly outages: readonly Outage[]
  /** Epoch milliseconds: afterwards nothing goes wrong any more. */
  readonly until: number
}

export const CALM: Weather = { rates: {}, outages: [], until: Number.POSITIVE_INFINITY }

interface Script {
  readonly fault: Fault
  readonly where: string
  letPass: number
  times: number
}

/** Decides at each opportunity whether a fault strikes. */
export class Faults {
  readonly #weather: Weather
  readonly #random: Random
  readonly #scheduler: Scheduler
  readonly #trace: Trace
  readonly #scripted: Script[] = []
  readonly #down = new Set<Part>()
  #opportunities = 0
  #strikeAt: readonly number[] = []

  constructor(weather: Weather, random: Random, scheduler: Scheduler, trace: Trace) {
    this.#weather = weather
    this.#random = random
    this.#scheduler = scheduler
    this.#trace = trace
  }

  /**
   * To be asked once at each moment at which `fault` is possible.
   *
   * @param where the part it would strike: an object, a provider, an invocation
   * @param comesByChance false: only where a test asks for it
   */
  strikes(fault: Fault, where: string, comesByChance = true): boolean {
    this.#opportunities += 1
    const struck =
      this.#strikeAt.includes(this.#opportunities) ||
      this.#isScripted(fault, where) ||
      (comesByChance && this.#isDrawn(fault))
    if (struck) this.#trace.note('FAULT', `${fault} at ${where}: ${FAULTS[fault]}`)
    return struck
  }

  isDown(part: Part): boolean {
    if (this.#down.has(part)) return true
    const { now } = this.#scheduler
    return this.#weather.outages.some(
      (outage) => outage.part === part && outage.from <= now && now < outage.until,
    )
  }

  get areOver(): boolean {
    return this.#scheduler.now >= this.#weather.until
  }

  /** Epoch milliseconds. */
  get overAt(): number {
    return this.#weather.until
  }

  /** Strikes at the next opportunities there, after as many as are let pass. */
  next(fault: Fault, where: string, { times = 1, letPass = 0 } = {}): void {
    this.#scripted.push({ fault, where, letPass, times })
  }

  takeDown(part: Part): void {
    this.#down.add(part)
  }

  bringBack(part: Part): void {
    this.#down.delete(part)
  }

  /** Strikes at these opportunities of all, counted from 1, whatever they are. */
  strikeAt(...opportunities: readonly number[]): void {
    this.#strikeAt = opportunities
  }

  get opportunities(): number {
    return this.#opportunities
  }

  #isScripted(fault: Fault, where: string): boolean {
    const script = this.#scripted.find(
      (one) => one.fault === fault && one.where === where && one.times > 0,
    )
    if (script === undefined) return false
    script.letPass -= 1
    if (script.letPass >= 0) return false
    script.times -= 1
    return true
  }

  #isDrawn(fault: Fault): boolean {
    const rate = this.#weather.rates[fault]
    return rate !== undefined && !this.areOver && this.#random.chance(rate)
  }
}
