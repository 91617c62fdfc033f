import { once } from 'node:events'
import {
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
  request as requestUpstream,
} from 'node:http'
import { type Socket, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { freePort } from './ports.ts'

/** What a network forbids: it cuts an upgrade, and holds back an answer that goes on. */
type Way = 'websocket' | 'stream'

/** What stands between a browser and the server: forwards, and misbehaves as it is told. */
export class Network {
  readonly forbidden = new Set<Way>()
  /** `METHOD path` of everything that came, in order. */
  readonly seen: string[] = []
  isDown = false
  readonly #port: number
  readonly #upstream: URL
  readonly #server: Server
  readonly #open = new Set<Duplex>()
  readonly #losing = new Map<string, number>()
  readonly #refusing = new Set<string>()

  private constructor(port: number, upstream: string) {
    this.#port = port
    this.#upstream = new URL(upstream)
    this.#server = createServer((request, response) => this.#forward(request, response))
    this.#server.on('upgrade', (request, socket: Duplex, head: Buffer) =>
      this.#tunnel(request, socket, head),
    )
  }

  static async to(upstream: string): Promise<Network> {
    const network = new Network(await freePort(), upstream)
    network.#server.listen(network.#port, '127.0.0.1')
    await once(network.#server, 'listening')
    return network
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** So many answers to calls whose path ends so reach nobody, though the server did what they asked. */
  loseReplies(path: string, count: number): void {
    this.#losing.set(path, count)
  }

  /** No call whose path ends so comes through, until `allow`. */
  refuse(path: string): void {
    this.#refusing.add(path)
  }

  allow(path: string): void {
    this.#refusing.delete(path)
  }

  /** All that is open drops. */
  cut(): void {
    for (const socket of this.#open) socket.destroy()
    this.#server.closeAllConnections()
  }

  async stop(): Promise<void> {
    this.cut()
    await once(this.#server.close(), 'close')
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const path = this.#note(request)
    const isRefused = [...this.#refusing].some((end) => path.endsWith(end))
    if (this.isDown || isRefused) return void request.socket.destroy()
    if (path.endsWith('/stream') && this.forbidden.has('stream')) {
      // As proxies do that want to see the whole of it first.
      response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>Bad gateway</html>')
      return
    }
    const upstream = requestUpstream(
      new URL(request.url ?? '/', this.#upstream),
      { method: request.method, headers: { ...request.headers, host: this.#upstream.host } },
      (answer) => {
        if (this.#loses(path)) return void request.socket.destroy()
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.flushHeaders()
        answer.pipe(response)
      },
    )
    upstream.on('error', () => request.socket.destroy())
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  }

  #tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#note(request)
    socket.on('error', () => socket.destroy())
    if (this.isDown || this.forbidden.has('websocket')) return void socket.destroy()
    const upstream: Socket = connect(Number(this.#upstream.port), this.#upstream.hostname)
    for (const end of [socket, upstream]) {
      this.#open.add(end)
      end.on('close', () => {
        this.#open.delete(end)
        socket.destroy()
        upstream.destroy()
      })
    }
    upstream.on('error', () => upstream.destroy())
    const headers = Object.entries({ ...request.headers, host: this.#upstream.host })
    const lines = headers.map(([name, value]) => `${name}: ${String(value)}`)
    upstream.write([`GET ${request.url} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
    upstream.write(head)
    socket.pipe(upstream).pipe(socket)
  }

  /** @returns the path */
  #note({ method, url }: IncomingMessage): string {
    const { pathname } = new URL(url ?? '/', this.#upstream)
    this.seen.push(`${method} ${pathname}`)
    return pathname
  }

  #loses(path: string): boolean {
    const [end, left] = [...this.#losing].find(([one]) => path.endsWith(one)) ?? []
    if (end === undefined || left === undefined || left === 0) return false
    this.#losing.set(end, left - 1)
    return true
  }
}
