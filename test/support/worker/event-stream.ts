import { bearer, fetchWorker } from './api.ts'

export interface StreamEvent {
  readonly event: string
  readonly id: string | null
  readonly data: unknown
}

export interface OpenStream {
  readonly response: Response
  /** Grows as they come; comments are left out. */
  readonly events: StreamEvent[]
  readonly comments: string[]
  /** That the server ended it. */
  readonly ended: Promise<void>
  /** As a browser does that closes the tab. */
  readonly abort: () => Promise<void>
}

export const askStream = (
  token: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetchWorker('/api/onboarding/stream', { headers: { ...bearer(token), ...headers } })

/** A stream that must be accepted, and everything it says. */
export async function openStream(token: string, after?: number): Promise<OpenStream> {
  const headers = after === undefined ? {} : { 'Last-Event-ID': String(after) }
  const response = await askStream(token, headers)
  const body: ReadableStream<Uint8Array> | null = response.body
  if (!response.ok || !body) throw new Error(`stream: ${response.status}`)
  return { response, ...readStream(body) }
}

export function readStream(body: ReadableStream<Uint8Array>): Omit<OpenStream, 'response'> {
  const events: StreamEvent[] = []
  const comments: string[] = []
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  const read = async () => {
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const blocks = `${rest}${value}`.split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        if (block.startsWith(':')) comments.push(block)
        else events.push(parseEvent(block))
      }
    }
    if (rest !== '') throw new Error('the stream ended within an event')
  }
  return { events, comments, ended: read(), abort: () => reader.cancel() }
}

function parseEvent(block: string): StreamEvent {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon), line.slice(colon + 2)] as const
    }),
  )
  return {
    event: fields.get('event') ?? 'message',
    id: fields.get('id') ?? null,
    data: JSON.parse(fields.get('data') ?? 'null'),
  }
}
