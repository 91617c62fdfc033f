import { type Ending, STEADY_MS } from './course.ts'
import type { Line } from './line.ts'
import { readFrame } from './read-frame.ts'
import { eventReader } from './sse.ts'

/** The server ends a stream after a minute; one that is silent for longer is dead. */
const STREAM_TIMEOUT_MS = 75_000

/** Where sockets are forbidden: a response that goes on. Read by hand, since `EventSource` sends no token. */
export async function byStream({ access, seen, hear, works, signal }: Line): Promise<Ending> {
  const beganAt = Date.now()
  const last = seen()
  let brought = false
  const answer = await access.call<null>({
    path: '/api/onboarding/stream',
    headers: { Accept: 'text/event-stream', ...(last > 0 && { 'Last-Event-ID': String(last) }) },
    timeoutMs: STREAM_TIMEOUT_MS,
    signal,
    read: async (response) => {
      if (!isEventStream(response)) throw new TypeError('no stream')
      works()
      const events = eventReader()
      for await (const text of textOf(response)) {
        for (const data of events(text)) {
          const frame = readFrame(data)
          if (frame !== null && hear(frame)) brought = true
        }
      }
      return null
    },
  })
  const lastedMs = Date.now() - beganAt
  if (!answer.ok) return { kind: 'lost', lastedMs, askedMs: answer.error.retryAfterMs }
  // A proxy cuts it short, or too many tabs push each other out: to begin again would go on for ever.
  return brought || lastedMs >= STEADY_MS ? { kind: 'over', brought } : { kind: 'lost', lastedMs }
}

const isEventStream = ({ headers }: Response): boolean =>
  headers.get('Content-Type')?.startsWith('text/event-stream') === true

/** By a reader: Safari cannot iterate a stream. */
async function* textOf({ body }: Response): AsyncGenerator<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const chunk = await reader?.read()
    if (chunk === undefined || chunk.done) return
    yield chunk.value
  }
}
