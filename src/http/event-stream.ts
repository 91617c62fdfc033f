import { z } from 'zod'
import { RunStatus } from '../contract/onboarding.ts'
import { SESSION_ENDED_REASON } from '../contract/socket.ts'
import { isTerminal } from '../core/onboarding/state.ts'

export interface StreamLimits {
  readonly heartbeatMs: number
  readonly lifetimeMs: number
}

const LIMITS: StreamLimits = {
  // Proxies give up connections on which nothing is said for half a minute or longer.
  heartbeatMs: 15_000,
  // Whoever comes back shows a token again, and asks for exactly what was missed.
  lifetimeMs: 60_000,
}
/** A run has a handful of frames. Whoever leaves so many unread comes back when they can read. */
const UNREAD_EVENTS_MAX = 64
/** RFC 6455, 7.4.1. */
const NORMAL_CLOSURE = 1000
/** Answered in turn, without waking the object: what it sent before has arrived by then. */
const FENCE = { ask: 'ping', answer: 'pong' }

/** What there is to know of a frame; it is passed on as it came. */
const Frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), seq: z.int(), status: RunStatus }),
  z.object({ type: z.literal('recommendation') }),
  z.object({ type: z.literal('recommendation_withdrawn') }),
])

/**
 * What an object's socket says of a session, as server-sent events for one client. Ends when the run is
 * over and everything said by then was passed on, with the session (`event: ended`), after its time, or
 * when the client does not read; and the socket with it.
 *
 * @param socket not accepted yet
 * @param isOver whether the run was over when the socket was opened
 */
export const eventStream = (
  socket: WebSocket,
  isOver: boolean,
  limits: StreamLimits = LIMITS,
): ReadableStream<Uint8Array> =>
  new ReadableStream(
    new SocketEvents(socket, isOver, limits),
    new CountQueuingStrategy({ highWaterMark: UNREAD_EVENTS_MAX }),
  )

class SocketEvents implements UnderlyingSource<Uint8Array> {
  readonly #socket: WebSocket
  readonly #isOver: boolean
  readonly #limits: StreamLimits
  readonly #encoder = new TextEncoder()
  readonly #ended = new AbortController()

  constructor(socket: WebSocket, isOver: boolean, limits: StreamLimits) {
    this.#socket = socket
    this.#isOver = isOver
    this.#limits = limits
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { signal } = this.#ended
    const end = () => this.#end(controller)
    const beat = setInterval(() => this.#send(controller, ': still here'), this.#limits.heartbeatMs)
    const lifetime = setTimeout(end, this.#limits.lifetimeMs)
    signal.addEventListener('abort', () => {
      clearInterval(beat)
      clearTimeout(lifetime)
    })
    this.#socket.addEventListener('message', ({ data }) => this.#hear(controller, data), { signal })
    this.#socket.addEventListener('error', end, { signal })
    this.#socket.addEventListener('close', ({ reason }) => this.#lose(controller, reason), {
      signal,
    })
    // Without a first byte a client would not learn that it was let in.
    this.#send(controller, ': open')
    this.#socket.accept()
    if (this.#isOver) this.#socket.send(FENCE.ask)
  }

  /** The client went away. */
  cancel(): void {
    this.#ended.abort()
    this.#socket.close(NORMAL_CLOSURE)
  }

  #hear(controller: ReadableStreamDefaultController<Uint8Array>, data: unknown): void {
    if (data === FENCE.answer) return this.#end(controller)
    const text = String(data)
    const { data: frame } = Frame.safeParse(JSON.parse(text))
    // Of an object that is a release ahead, for clients that are, too.
    if (frame === undefined) return
    const id = frame.type === 'status' ? `id: ${frame.seq}\n` : ''
    this.#send(controller, `${id}event: ${frame.type}\ndata: ${text}`)
    if (frame.type === 'status' && isTerminal(frame.status)) this.#socket.send(FENCE.ask)
  }

  /** The object let go: of a session that has ended, or for a reason that passes. */
  #lose(controller: ReadableStreamDefaultController<Uint8Array>, reason: string): void {
    if (reason === SESSION_ENDED_REASON) this.#send(controller, 'event: ended\ndata: {}')
    this.#end(controller)
  }

  #send(controller: ReadableStreamDefaultController<Uint8Array>, event: string): void {
    if (this.#ended.signal.aborted) return
    controller.enqueue(this.#encoder.encode(`${event}\n\n`))
    if ((controller.desiredSize ?? 0) <= 0) this.#end(controller)
  }

  /** What is queued still goes out. */
  #end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (this.#ended.signal.aborted) return
    this.cancel()
    controller.close()
  }
}
