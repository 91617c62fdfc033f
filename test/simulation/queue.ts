import { fail, ok } from '../../src/contract/result.ts'
import type { Part } from './faults.ts'
import { type Answer, Invocation } from './invocation.ts'
import type { Stage } from './stage.ts'

export interface Message {
  readonly id: string
  /** JSON. */
  readonly body: string
  readonly attempts: number
}

/** What a consumer may say of the messages that it was given. */
export interface Batch {
  readonly messages: readonly Message[]
  ack(message: Message): void
  retry(message: Message, delayMs?: number): void
}

export interface QueueOptions {
  readonly stage: Stage
  readonly name: string
  /** Which outage it suffers. */
  readonly part: Part
  /** After this many further deliveries a message goes to `deadLetters`. */
  readonly retriesMax: number
  readonly consume: (batch: Batch, invocation: Invocation) => Promise<void>
  /** `null`: such a message is gone. */
  readonly deadLetters: Queue | null
}

/** As in `wrangler.toml`. */
const BATCH_MAX = 25
const BATCH_WAIT_MS = 1_000
const TRAVEL_MIN_MS = 5
const TRAVEL_MAX_MS = 300
const DELAY_MIN_MS = 2_000
const DELAY_MAX_MS = 3 * 24 * 3_600_000
/** When the messages of a dead consumer come back. */
const REDELIVERY_MIN_MS = 500
const REDELIVERY_MAX_MS = 60_000
/** How often a queue that is down tries to deliver. */
const OUTAGE_RETRY_MS = 60_000
/** The platform ends an invocation of a consumer after this time. */
const INVOCATION_MAX_MS = 15 * 60_000

/** At least once, in any order: a queue of Cloudflare's, as far as anybody may rely on it. */
export class Queue {
  readonly #options: QueueOptions
  #ready: Message[] = []
  #isGathering = false
  #sent = 0
  #batches = 0

  constructor(options: QueueOptions) {
    this.#options = options
  }

  /** Takes a message that somebody sends. */
  send(body: unknown, answer: Answer<null>): void {
    const { stage, name, part } = this.#options
    const { delays, faults } = stage
    if (faults.isDown(part) || faults.strikes('send_throws', name)) {
      return answer(fail(new Error(`${name} does not take messages`)))
    }
    if (!faults.strikes('send_hangs', name)) answer(ok(null))
    if (faults.strikes('message_lost', name)) return
    const copies = faults.strikes('message_doubled', name) ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      const delay = faults.strikes('message_delayed', name)
        ? delays.spread(DELAY_MIN_MS, DELAY_MAX_MS)
        : delays.int(TRAVEL_MIN_MS, TRAVEL_MAX_MS)
      this.take(body, delay)
    }
  }

  /** What has arrived for certain. */
  take(body: unknown, delayMs = TRAVEL_MIN_MS): void {
    this.#sent += 1
    const id = `${this.#options.name} ${this.#sent}`
    this.#bring({ id, body: JSON.stringify(body), attempts: 0 }, delayMs)
  }

  #bring(message: Message, delayMs: number): void {
    this.#options.stage.scheduler.after(delayMs, () => {
      this.#ready.push(message)
      this.#gather()
    })
  }

  /** A batch goes out when it is full, or a while after its first message. */
  #gather(): void {
    if (this.#ready.length >= BATCH_MAX) return this.#deliver()
    if (this.#isGathering || this.#ready.length === 0) return
    this.#isGathering = true
    this.#options.stage.scheduler.after(BATCH_WAIT_MS, () => {
      this.#isGathering = false
      this.#deliver()
    })
  }

  /** One more consumer: earlier ones may still be at work. */
  #deliver(): void {
    const { stage, name, part } = this.#options
    const messages = stage.delays.shuffled(this.#ready.splice(0, BATCH_MAX))
    if (messages.length === 0) return
    if (stage.faults.isDown(part)) {
      for (const message of messages) this.#bring(message, OUTAGE_RETRY_MS)
      return
    }
    const consumer = `${name} consumer ${(this.#batches += 1)}`
    stage.trace.note(name, `gives ${messages.map(({ id }) => id).join(', ')} to ${consumer}`)
    this.#consume(messages, consumer)
    this.#gather()
  }

  #consume(messages: readonly Message[], consumer: string): void {
    const { stage, name, consume } = this.#options
    const open = new Set(messages)
    const comeBack = () => {
      limit.cancel()
      const acked = messages.filter((message) => !open.has(message))
      const repeated = acked.filter(() => stage.faults.strikes('delivery_repeated', name))
      for (const message of [...open, ...repeated]) this.#retry(message)
    }
    const invocation = new Invocation(stage, consumer, comeBack)
    const limit = stage.scheduler.after(INVOCATION_MAX_MS, () => invocation.kill())
    const batch: Batch = {
      messages,
      ack: (message) => open.delete(message),
      retry: (message, delayMs) => {
        if (open.delete(message)) this.#retry(message, delayMs)
      },
    }
    const finished = () => {
      limit.cancel()
      invocation.end()
    }
    void consume(batch, invocation).then(finished, (error: unknown) => {
      stage.trace.note(consumer, `threw ${String(error)}`)
      invocation.kill()
    })
  }

  #retry(message: Message, delayMs?: number): void {
    const { stage, retriesMax, deadLetters, name } = this.#options
    const { delays } = stage
    const attempts = message.attempts + 1
    if (attempts > retriesMax) {
      stage.trace.note(name, `gives up ${message.id}`)
      return deadLetters?.take(JSON.parse(message.body))
    }
    const wait = delayMs ?? delays.int(REDELIVERY_MIN_MS, REDELIVERY_MAX_MS)
    return this.#bring({ ...message, attempts }, wait)
  }
}
