import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import worker from '../../../src/worker.ts'
import { bindings, claimsOf } from './api.ts'

/** One delivery of these messages, as the queue makes it. */
export async function deliver(queue: string, bodies: readonly unknown[], env = bindings) {
  const batch = createMessageBatch(
    queue,
    bodies.map((body, position) => ({
      id: `${queue}-${position}-${crypto.randomUUID()}`,
      timestamp: new Date(),
      attempts: 1,
      body,
    })),
  )
  return { batch, result: await consume(batch, env) }
}

/** The same messages once more are `consume(batch)` again. */
export async function consume(batch: MessageBatch, env = bindings) {
  const context = createExecutionContext()
  await worker.queue(batch, env)
  return getQueueResult(batch, context)
}

export const wakeFor = (key: string, specId: string) => ({
  v: 1,
  key,
  sessions: [{ specId, run: 1, openedAt: Date.now() }],
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
})

export const wakeOf = (token: string, specId: string) =>
  wakeFor(String(claimsOf(token)['key']), specId)
