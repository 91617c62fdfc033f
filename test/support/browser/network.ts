import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * A network of one visitor's own, which fails as it is told: a proxy between the browser and the
 * system, so that what breaks are real connections and pages keep their origin.
 */
export interface Network {
  /** For the `proxy` of a browser context. */
  readonly proxy: { readonly server: string; readonly bypass: string }
  /** Each request in order, as `GET /path?query`, and `SOCKET` for each new WebSocket. */
  readonly requests: readonly string[]
  /** What was sent down the streams of server-sent events, together. */
  streamed(): string
  /** From now on: refuses requests whose entry in `requests` matches; `null`: none. */
  refuse(what: RegExp | null): void
  /** Ends every connection that is open at the moment. */
  cut(): void
  /** From now on nothing is answered. @returns lets go of all that waits, and of what comes */
  hold(): () => void
  close(): Promise<void>
}

/** Otherwise browsers ask their own machine without any proxy. */
const EVEN_LOOPBACK = '<-loopback>'

export async function openNetwork(): Promise<Network> {
  const requests: string[] = []
  const connections = new Set<Duplex>()
  let refused: RegExp | null = null
  let held = Promise.resolve()
  let streamed = ''

  /** Whether it may pass, as soon as that is known. */
  const note = async (entry: string): Promise<boolean> => {
    requests.push(entry)
    if (refused?.test(entry) === true) return false
    await held
    return true
  }

  const forward = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '')
    if (!(await note(`${incoming.method} ${url.pathname}${url.search}`))) {
      incoming.socket.destroy()
      return
    }
    const onward = request(url, { method: incoming.method, headers: incoming.headers })
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      if (answer.headers['content-type']?.startsWith('text/event-stream')) {
        answer.on('data', (chunk) => (streamed += String(chunk)))
      }
      answer.on('error', () => outgoing.destroy())
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  }

  const dig = async (url: string | undefined, tunnel: Duplex): Promise<void> => {
    tunnel.on('error', () => tunnel.destroy())
    if (!(await note('SOCKET'))) {
      tunnel.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    const { hostname, port } = new URL(`http://${url}`)
    const onward = connect(Number(port), hostname)
    onward.on('connect', () => {
      tunnel.write('HTTP/1.1 200 OK\r\n\r\n')
      tunnel.pipe(onward).pipe(tunnel)
    })
    onward.on('error', () => tunnel.destroy())
    onward.on('close', () => tunnel.destroy())
    tunnel.on('close', () => onward.destroy())
    if (tunnel.destroyed) onward.destroy()
  }

  const server = createServer((incoming, outgoing) => void forward(incoming, outgoing))
  server.on('connection', (connection) => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
  })
  // Pages are loaded without encryption: whoever wants a tunnel wants a WebSocket.
  server.on('connect', ({ url }: IncomingMessage, tunnel: Duplex) => void dig(url, tunnel))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const connection of connections) connection.destroy()
  }
  return {
    proxy: { server: `http://127.0.0.1:${port}`, bypass: EVEN_LOOPBACK },
    requests,
    streamed: () => streamed,
    refuse: (what) => (refused = what),
    cut,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
