import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  runInDurableObject,
} from 'cloudflare:test'
import type { BehaviourEvent } from '../../../src/contract/behaviour.ts'
import type { RecommendationView } from '../../../src/contract/recommendation.ts'
import { assign } from '../../../src/core/experiment/assignment.ts'
import { type Bindings, experimentOf, parseSettings } from '../../../src/env.ts'
import worker from '../../../src/worker.ts'
import { ORIGIN, bindings } from './api.ts'
import { type Subject, freshSubject, open, withEnv } from './subject.ts'

/** As in wrangler.toml. */
const MAX_RETRIES = 2
const DEAD = 'foyer-policy-dead'
/** A question that is still on its way after so many deliveries will not arrive. */
const ROUNDS_MAX = 20

interface Queued {
  readonly queue: string
  readonly body: unknown
  readonly attempts: number
  readonly delaySeconds: number
}

/**
 * The Worker with a model, over the same objects and tables, and with queues whose messages come when
 * the test says: without their delays, which it can look at instead.
 */
export class ModelWorld {
  readonly env: typeof bindings
  waiting: Queued[] = []
  /** Everything that was ever put off, by message and by redelivery. */
  readonly delays: { readonly attempts: number; readonly delaySeconds: number }[] = []
  /** Of questions that had no tries left; and of their letters. */
  readonly dead: string[] = []
  readonly letters: string[] = []

  constructor(settings: Readonly<Record<string, unknown>> = {}) {
    const changes: Readonly<Record<string, unknown>> = {
      OPENAI_API_KEY: 'local',
      POLICY: this.#queue('foyer-policy-questions'),
      BEHAVIOR: this.#queue('foyer-behavior-events'),
      ...settings,
    }
    this.env = { ...bindings, ...changes }
  }

  /** Somebody whom a model may serve, in an object that knows of it. */
  async someone() {
    const { stub, key } = policySubject()
    const claim = await open(stub, key)
    await this.adopt(stub)
    return { stub, key, claim, person: claim.specId }
  }

  adopt = (stub: Subject): Promise<void> =>
    withEnv(stub, { OPENAI_API_KEY: this.env['OPENAI_API_KEY'], BEHAVIOR: this.env.BEHAVIOR })

  /** Reports so many page views, and whatever comes of it. */
  async report(...people: readonly Someone[]): Promise<void> {
    await this.reportOnly(...people)
    await this.settle()
  }

  /** Reports, and leaves it at that: what is sent is still on its way. */
  async reportOnly(...people: readonly Someone[]): Promise<void> {
    await this.deliver(
      people.map(({ key, person }) => ({
        queue: 'foyer-behavior-events',
        body: { v: 1, type: 'events', key, person, traceparent: TRACE, events: someEvents() },
        attempts: 1,
        delaySeconds: 0,
      })),
    )
  }

  /** One delivery of everything that is on its way. */
  async round(): Promise<void> {
    const some = this.waiting
    this.waiting = []
    for (const [queue, messages] of Map.groupBy(some, (one) => one.queue)) {
      // As in wrangler.toml.
      const size = queue === 'foyer-policy-questions' ? 5 : 100
      for (let at = 0; at < messages.length; at += size) {
        await this.deliver(messages.slice(at, at + size))
      }
    }
  }

  async settle(): Promise<void> {
    for (let rounds = 0; this.waiting.length > 0; rounds += 1) {
      if (rounds === ROUNDS_MAX) throw new Error('questions go round in circles')
      await this.round()
    }
  }

  async deliver(messages: readonly Queued[]): Promise<void> {
    const [first] = messages
    if (first === undefined) return
    const { queue } = first
    const batch = createMessageBatch(
      queue,
      messages.map(({ body, attempts }) => ({
        id: crypto.randomUUID(),
        timestamp: new Date(),
        attempts,
        body,
      })),
    )
    if (queue === DEAD) this.letters.push(...batch.messages.map(({ id }) => id))
    const context = createExecutionContext()
    await worker.queue(batch, this.env)
    const { retryMessages, retryBatch } = await getQueueResult(batch, context)
    for (const [at, { id }] of batch.messages.entries()) {
      const one = messages[at]
      const retry = retryMessages.find(({ msgId }) => msgId === id)
      if (one === undefined || (retry === undefined && !retryBatch.retry)) continue
      const delaySeconds = retry?.delaySeconds ?? 0
      this.delays.push({ attempts: one.attempts, delaySeconds })
      if (queue === 'foyer-policy-questions' && one.attempts > MAX_RETRIES) {
        this.dead.push(id)
        this.waiting.push({ ...one, queue: DEAD, attempts: 1, delaySeconds: 0 })
      } else this.waiting.push({ ...one, attempts: one.attempts + 1, delaySeconds })
    }
  }

  fetch(path: string, body?: unknown): Promise<Response> {
    const init = {
      headers: {
        Authorization: `Bearer ${bindings.ADMIN_TOKEN}`,
        'Content-Type': 'application/json',
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    }
    const request = new Request(`${ORIGIN}${path}`, init)
    return Promise.resolve(worker.fetch(request, this.env, createExecutionContext()))
  }

  #queue(queue: string) {
    const send = (body: unknown, options?: QueueSendOptions): Promise<void> => {
      const delaySeconds = options?.delaySeconds ?? 0
      if (delaySeconds > 0) this.delays.push({ attempts: 0, delaySeconds })
      this.waiting.push({ queue, body, attempts: 1, delaySeconds })
      return Promise.resolve()
    }
    const sendBatch = async (messages: Iterable<MessageSendRequest>): Promise<void> => {
      for (const { body } of messages) await send(body)
    }
    return { send, sendBatch } as unknown as Bindings['POLICY']
  }
}

export interface Someone {
  readonly key: string
  readonly person: string
}

export const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** Enough for more than a cold start. */
const someEvents = (): readonly BehaviourEvent[] =>
  Array.from({ length: 4 }, () => ({
    eventId: crypto.randomUUID(),
    sessionId: 'tab-1',
    type: 'page_view',
    at: Date.now(),
    receivedAt: Date.now(),
    path: '/dashboard',
    dropped: 0,
  }))

/** Nine people of ten are whom a model may serve. */
export const isServedByModel = (key: string): boolean =>
  assign(experimentOf(parseSettings(bindings)), key).group === 'policy'

function policySubject(): { stub: Subject; key: string } {
  for (;;) {
    const subject = freshSubject()
    if (isServedByModel(subject.key)) return subject
  }
}

/** What stands for somebody. */
export async function recommended({
  stub,
  claim,
}: Awaited<ReturnType<ModelWorld['someone']>>): Promise<RecommendationView> {
  const { result } = await stub.recommendation({ role: 'speculative', ...claim }, [])
  if (!result.ok || result.value === null) throw new Error('nothing is recommended')
  return result.value
}

/** The model's budget under other settings, until it is evicted. */
export const withModelBudget = (settings: Readonly<Record<string, string>>): Promise<void> =>
  runInDurableObject(bindings.BUDGETS.getByName('model'), (instance) => {
    Object.defineProperty(instance, 'env', {
      value: { ...bindings, ...settings },
      configurable: true,
    })
  })
