import type { Context } from 'hono'
import { inSpan } from '../adapters/trace.ts'
import type { WakeMessage } from '../contract/messages.ts'
import type { HttpEnv } from './context.ts'
import { sendGathered } from './wake-gatherer.ts'

/** Off the request's path, together with those of requests that overlap. */
export function sendWake(c: Context<HttpEnv>, wake: WakeMessage): void {
  const { traceparent, sessions } = wake
  const specId = sessions.at(-1)?.specId
  const of = { queue: 'foyer-hydration', traceparent, ...(specId === undefined ? {} : { specId }) }
  const sent = inSpan('queue.send', of, async (span) => {
    const body = { ...wake, traceparent: span.traceparent }
    span.tell({ outcome: await sendGathered(c.env.HYDRATION, body) })
  })
  c.executionCtx.waitUntil(sent)
}
