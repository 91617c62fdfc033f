import type { Deliveries, Delivery } from './deliveries.ts'
import type { Events } from './events.ts'
import { signatureOf } from './signature.ts'

export interface WebhookEndpoint {
  readonly url: string
  readonly secret: string
}

/** A receiver is to store and answer; who takes longer is tried again. */
const ANSWER_TIMEOUT_MS = 5_000

/**
 * Sends what is due to the one endpoint, one after the other, so that an order can be asked for. It
 * takes its work from the database: whatever ends the process, the next one goes on.
 */
export class Sender {
  readonly #deliveries: Deliveries
  readonly #events: Events
  readonly #endpoint: WebhookEndpoint
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #held = false

  constructor(deliveries: Deliveries, events: Events, endpoint: WebhookEndpoint) {
    this.#deliveries = deliveries
    this.#events = events
    this.#endpoint = endpoint
    this.wake()
  }

  get held(): boolean {
    return this.#held
  }

  /** Lives in memory: a restart lets go. */
  hold(held: boolean): void {
    this.#held = held
    this.wake()
  }

  /** There may be something due; what is written in the same breath is seen, too. */
  wake(): void {
    this.#arm(0)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#timer)
    await this.#sending
  }

  #arm(delayMs: number): void {
    clearTimeout(this.#timer)
    if (this.#closing.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.#sending ??= this.#sendDue().finally(() => {
        this.#sending = undefined
        this.#armForNext()
      })
    }, delayMs)
  }

  #armForNext(): void {
    if (this.#held || this.#closing.signal.aborted) return
    const at = this.#deliveries.nextAt()
    if (at !== null) this.#arm(Math.max(0, at - Date.now()))
  }

  async #sendDue(): Promise<void> {
    while (!this.#held && !this.#closing.signal.aborted) {
      const due = this.#deliveries.due(Date.now())
      if (due === undefined) return
      await this.#send(due)
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    const { url, secret } = this.#endpoint
    const body = this.#events.body(delivery.event)
    const outcome =
      body === undefined
        ? 'forgotten'
        : await this.#post(url, body, {
            'content-type': 'application/json; charset=utf-8',
            'stripe-signature': signatureOf(body, secret, delivery.manner, Date.now()),
          })
    if (this.#closing.signal.aborted) return
    const arrived = outcome === 'forgotten' || /^2\d\d$/.test(outcome)
    // What was spoiled on purpose is not tried again: it was meant to be refused.
    const over = arrived || delivery.manner !== 'genuine'
    this.#deliveries.settle(delivery, outcome, over, Date.now())
  }

  /** @returns the status, or that there was no answer */
  async #post(url: string, body: string, headers: Record<string, string>): Promise<string> {
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    const signal = AbortSignal.any([timeout, this.#closing.signal])
    try {
      const response = await fetch(url, { method: 'POST', body, headers, signal })
      await response.body?.cancel()
      return String(response.status)
    } catch {
      return 'no answer'
    }
  }
}
