import { vi } from 'vitest'
import type { Keep } from '../../../client/foyer.ts'
import type { StatusFrame } from '../../../src/contract/onboarding.ts'

// The network's part, played by hand: the test says what is answered, and when the line is cut.

export const ORIGIN = 'https://foyer.test'

const base64url = (value: object): string =>
  btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

let tokens = 0

/** Signed by nobody: browsers do not look. Each is another one. */
export const token = (sub: string, lifetimeSeconds = 300): string =>
  `e30.${base64url({ sub, iat: 1_000, exp: 1_000 + lifetimeSeconds, jti: (tokens += 1) })}.x`

/** A browser's storage, which tabs may share. */
export class Storage_ implements Keep {
  readonly items = new Map<string, string>()
  /** What it throws at each write, if anything. */
  full = false

  getItem(key: string): string | null {
    return this.items.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError')
    this.items.set(key, value)
  }

  removeItem(key: string): void {
    this.items.delete(key)
  }
}

export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: unknown
  readonly keepalive: boolean
  readonly signal: AbortSignal
}

type Answer = (request: Seen) => Response | Promise<Response>

export const problem = (status: number, code: string, headers: HeadersInit = {}): Response =>
  Response.json({ error: { code, message: code, requestId: 'r' } }, { status, headers })

/** Answers by `METHOD path`; what is not named is 404. */
export class Server {
  readonly seen: Seen[] = []
  readonly #answers = new Map<string, Answer>()
  offline = false

  on(route: string, answer: Answer): this {
    this.#answers.set(route, answer)
    return this
  }

  /** How often, and with what. */
  calls(route: string): readonly Seen[] {
    return this.seen.filter(({ method, path }) => `${method} ${path}` === route)
  }

  readonly fetch = async (address: string, init: RequestInit = {}): Promise<Response> => {
    const path = new URL(address, ORIGIN).pathname
    const { method = 'GET', keepalive = false } = init
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    const signal = init.signal ?? new AbortController().signal
    const request = { method, path, headers: new Headers(init.headers), body, keepalive, signal }
    this.seen.push(request)
    if (this.offline) throw new TypeError('fetch failed')
    const answer = this.#answers.get(`${method} ${path}`)
    return answer ? answer(request) : problem(404, 'not_found')
  }
}

/** A socket that the page opened: the test decides what arrives, and when it drops. */
export class Line extends EventTarget {
  static readonly OPEN = 1
  static readonly opened: Line[] = []
  /** What becomes of those that are opened from now on. */
  static fate: 'opens' | 'fails' | 'hangs' = 'opens'
  /** Whether the platform answers a heartbeat. */
  static answersPings = true
  readonly url: URL
  readonly protocols: readonly string[]
  readonly sent: string[] = []
  readyState = 0

  constructor(url: URL | string, protocols: readonly string[]) {
    super()
    this.url = new URL(url)
    this.protocols = protocols
    Line.opened.push(this)
    const { fate } = Line
    queueMicrotask(() => {
      if (fate === 'opens' && this.readyState === 0) this.#open()
      if (fate === 'fails') this.cut()
    })
  }

  static get last(): Line {
    const line = Line.opened.at(-1)
    if (line === undefined) throw new Error('no socket was opened')
    return line
  }

  send(text: string): void {
    this.sent.push(text)
    if (Line.answersPings) this.deliver('pong')
  }

  close(): void {
    this.readyState = 3
  }

  /** The connection is gone. */
  cut(code = 1006): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.dispatchEvent(new CloseEvent('close', { code }))
  }

  deliver(...frames: readonly (object | string)[]): void {
    for (const frame of frames) {
      const data = typeof frame === 'string' ? frame : JSON.stringify(frame)
      this.dispatchEvent(new MessageEvent('message', { data }))
    }
  }

  #open(): void {
    this.readyState = Line.OPEN
    this.dispatchEvent(new Event('open'))
  }
}

export const frame = (
  seq: number,
  status: StatusFrame['status'] = 'hydrating',
  specId = 'spec',
): StatusFrame => ({ type: 'status', specId, status, seq, steps: [] })

/** What browsers have and Node has not, for as long as a test lasts; time stands still. */
export function browser(server: Server) {
  const page = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  // The longest wait that there is: chance decides no test.
  const chance = vi.spyOn(Math, 'random').mockReturnValue(1)
  Line.opened.length = 0
  Line.fate = 'opens'
  Line.answersPings = true
  vi.stubGlobal('fetch', server.fetch)
  vi.stubGlobal('WebSocket', Line)
  vi.stubGlobal('location', new URL(`${ORIGIN}/creating?email=nobody@example.com`))
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('document', document)
  vi.stubGlobal('sessionStorage', new Storage_())
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  return {
    page,
    show(visibilityState: 'visible' | 'hidden') {
      document.visibilityState = visibilityState
      document.dispatchEvent(new Event('visibilitychange'))
    },
    leave() {
      chance.mockRestore()
      vi.useRealTimers()
      vi.unstubAllGlobals()
    },
  }
}

/** Lets so much time pass, and what is due in it happen. */
export const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
