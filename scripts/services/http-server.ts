import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { Server } from 'node:net'

export type FetchHandler = (request: Request) => Promise<Response>

export interface HttpServer {
  readonly port: number
  /** Lets requests in flight finish, but not for ever. */
  close(): Promise<void>
}

/** Above what any real caller sends (a batch of behaviour rows is well under 1 MB). */
export const MAX_BODY_BYTES = 16 * 1024 * 1024

// Longer than the minute for which workerd keeps an idle connection: the side that sends the next
// request should be the one to close, or that request may be lost.
const KEEP_ALIVE_MS = 75_000

// A hung request must not hold up Ctrl-C longer than a person is willing to wait.
const DRAIN_MS = 2_000

/**
 * Serves a fetch handler on 127.0.0.1. `Response.error()`, the platform's own value for a network
 * error, closes the connection without an answer.
 * @throws the `EADDRINUSE` of node:net when the port is taken. Port 0 takes any free one.
 */
export async function listen(handler: FetchHandler, port: number): Promise<HttpServer> {
  let closing = false
  const server = createServer((incoming, outgoing) => {
    if (closing) outgoing.setHeader('connection', 'close')
    void exchange(handler, incoming, outgoing)
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: portOf(server),
    async close() {
      closing = true
      const closed = once(server, 'close')
      server.close()
      const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
      await closed
      clearTimeout(timer)
    },
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}

async function exchange(
  handler: FetchHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
) {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  try {
    const refusal = refuse(incoming)
    if (refusal) return await answer(outgoing, refusal)
    const body = await readBody(incoming)
    if (body === 'too large') return await answer(outgoing, tooLarge())
    await answer(outgoing, await handler(toRequest(incoming, body, gone.signal)))
  } catch (error) {
    if (gone.signal.aborted) return
    console.error(error)
    if (outgoing.headersSent) {
      outgoing.destroy()
      return
    }
    await answer(outgoing, Response.json({ message: 'internal error' }, { status: 500 }))
  }
}

/**
 * Browsers name the page's origin in every request that changes something, programs do not. Only
 * our own pages have business here: without this any website could post SQL to a port it guesses.
 * The origin is compared with the port we listen on, since a website may choose what `Host` says.
 */
function refuse(incoming: IncomingMessage): Response | undefined {
  const reads = incoming.method === 'GET' || incoming.method === 'HEAD'
  const { origin } = incoming.headers
  const port = incoming.socket.localPort
  const own = [`http://127.0.0.1:${port}`, `http://localhost:${port}`]
  if (reads || origin === undefined || own.includes(origin)) return undefined
  return Response.json({ message: 'not for web pages' }, { status: 403 })
}

function tooLarge(): Response {
  return Response.json({ message: `request body is over ${MAX_BODY_BYTES} bytes` }, { status: 413 })
}

/** Reads on past the limit without keeping anything: a client that still sends would not hear the refusal. */
async function readBody(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | 'too large'> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
    else chunks.length = 0
  }
  return size > MAX_BODY_BYTES ? 'too large' : new Uint8Array(Buffer.concat(chunks))
}

function toRequest(
  incoming: IncomingMessage,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Request {
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`)
  const headers = new Headers()
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const method = incoming.method ?? 'GET'
  const carries = method !== 'GET' && method !== 'HEAD'
  return new Request(url, { method, headers, signal, body: carries ? body : null })
}

async function answer(outgoing: ServerResponse, response: Response) {
  if (response.type === 'error') {
    outgoing.destroy()
    return
  }
  const body = new Uint8Array(await response.arrayBuffer())
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    'content-length': body.byteLength,
  })
  outgoing.end(body)
}
