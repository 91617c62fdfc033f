import type { SessionView, StatusFrame } from '../src/contract/onboarding.ts'
import { SOCKET_PROTOCOL } from '../src/contract/socket.ts'

/** A person has a few tabs; more is a loop or an attack, and the newest ones are the real ones. */
const SOCKETS_PER_SESSION_MAX = 8
/** Clients have nothing to say but `ping`; a kilobyte is generous. */
const MESSAGE_MAX_CHARS = 1_024
/** Close codes of RFC 6455, 7.4.1. */
const POLICY_VIOLATION = 1008
const MESSAGE_TOO_BIG = 1009

/** The live sockets of one object: hibernating, tagged by session. */
export class SessionSockets {
  readonly #ctx: DurableObjectState

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx
  }

  /** Completes an upgrade and sends what the client has missed. */
  accept(specId: string, missed: readonly SessionView[]): Response {
    this.#makeRoom(specId)
    const { 0: client, 1: server } = new WebSocketPair()
    // Answered by the platform, so that a heartbeat never wakes the object.
    this.#ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    this.#ctx.acceptWebSocket(server, [specId])
    for (const view of missed) server.send(frameOf(view))
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { 'Sec-WebSocket-Protocol': SOCKET_PROTOCOL },
    })
  }

  /** A push is a hint: a socket that cannot take it will ask for what it missed. */
  push(specId: string, views: readonly SessionView[]): void {
    for (const socket of this.#ctx.getWebSockets(specId)) {
      for (const view of views) sendQuietly(socket, frameOf(view))
    }
  }

  end(specId: string): void {
    for (const socket of this.#ctx.getWebSockets(specId)) {
      socket.close(POLICY_VIOLATION, 'session ended')
    }
  }

  /** Anything a client says other than `ping`. */
  refuse(socket: WebSocket, message: string | ArrayBuffer): void {
    const length = typeof message === 'string' ? message.length : message.byteLength
    if (length > MESSAGE_MAX_CHARS) socket.close(MESSAGE_TOO_BIG, 'message too big')
    else socket.close(POLICY_VIOLATION, 'only "ping" is understood')
  }

  #makeRoom(specId: string): void {
    const open = this.#ctx
      .getWebSockets(specId)
      .filter((socket) => socket.readyState === WebSocket.OPEN)
    for (const oldest of open.slice(0, Math.max(0, open.length - SOCKETS_PER_SESSION_MAX + 1))) {
      oldest.close(POLICY_VIOLATION, 'too many sockets for this session')
    }
  }
}

const frameOf = (view: SessionView): string =>
  JSON.stringify({ type: 'status', ...view } satisfies StatusFrame)

function sendQuietly(socket: WebSocket, text: string): void {
  try {
    socket.send(text)
  } catch {
    // The peer is gone; the close event follows.
  }
}
