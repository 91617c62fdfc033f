import type { RunStatus, SessionView, StatusFrame } from '../src/contract/onboarding.ts'
import type {
  RecommendationFrame,
  RecommendationView,
  WithdrawalFrame,
} from '../src/contract/recommendation.ts'
import {
  SESSION_ENDED_REASON,
  SESSION_STATUS_HEADER,
  SOCKET_PROTOCOL,
} from '../src/contract/socket.ts'

/** A person has a few tabs; more is a loop or an attack, and the newest ones are the real ones. */
const SOCKETS_PER_OWNER_MAX = 8
/** Clients have nothing to say but `ping`; a kilobyte is generous. */
const MESSAGE_MAX_CHARS = 1_024
/** Close codes of RFC 6455, 7.4.1. */
const POLICY_VIOLATION = 1008
const MESSAGE_TOO_BIG = 1009

/** All devices that are signed in: what the account is recommended concerns each of them. */
const MEMBERS = 'members'

/** Who watches: a session, or a device that is signed in. Its id is the socket's tag. */
export interface Watcher {
  readonly role: 'speculative' | 'member'
  readonly id: string
}

type Frame = StatusFrame | RecommendationFrame | WithdrawalFrame

/** Whose recommendation it is. */
interface Recipient {
  readonly role: Watcher['role']
  /** A session's specId, or an account's userId. */
  readonly person: string
}

/** The live sockets of one object: hibernating, tagged by who watches. */
export class SubjectSockets {
  readonly #ctx: DurableObjectState

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx
  }

  /**
   * Completes an upgrade and sends what the client has missed.
   *
   * @param status of a session, which a client that missed nothing would not learn
   */
  accept({ role, id }: Watcher, missed: readonly Frame[], status: RunStatus | null): Response {
    this.#makeRoom(id)
    const { 0: client, 1: server } = new WebSocketPair()
    // Answered by the platform, so that a heartbeat never wakes the object.
    this.#ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    this.#ctx.acceptWebSocket(server, role === 'member' ? [id, MEMBERS] : [id])
    for (const frame of missed) server.send(JSON.stringify(frame))
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: {
        'Sec-WebSocket-Protocol': SOCKET_PROTOCOL,
        ...(status && { [SESSION_STATUS_HEADER]: status }),
      },
    })
  }

  /** A push is a hint: a socket that cannot take it will ask for what it missed. */
  push(specId: string, views: readonly SessionView[]): void {
    for (const view of views) this.#send(specId, statusFrame(view))
  }

  /** @returns to how many */
  recommend(recipient: Recipient, view: RecommendationView): number {
    return this.#send(tagOf(recipient), recommendationFrame(view))
  }

  withdraw(recipient: Recipient, recommendationId: string): void {
    this.#send(tagOf(recipient), { type: 'recommendation_withdrawn', recommendationId })
  }

  /** @param id of the session, or of the device */
  end(id: string): void {
    for (const socket of this.#ctx.getWebSockets(id)) {
      socket.close(POLICY_VIOLATION, SESSION_ENDED_REASON)
    }
  }

  /** Anything a client says other than `ping`. */
  refuse(socket: WebSocket, message: string | ArrayBuffer): void {
    const length = typeof message === 'string' ? message.length : message.byteLength
    if (length > MESSAGE_MAX_CHARS) socket.close(MESSAGE_TOO_BIG, 'message too big')
    else socket.close(POLICY_VIOLATION, 'only "ping" is understood')
  }

  #send(tag: string, frame: Frame): number {
    const text = JSON.stringify(frame)
    const sockets = this.#ctx.getWebSockets(tag)
    for (const socket of sockets) sendQuietly(socket, text)
    return sockets.length
  }

  #makeRoom(id: string): void {
    const open = this.#ctx
      .getWebSockets(id)
      .filter((socket) => socket.readyState === WebSocket.OPEN)
    for (const oldest of open.slice(0, Math.max(0, open.length - SOCKETS_PER_OWNER_MAX + 1))) {
      oldest.close(POLICY_VIOLATION, 'too many sockets for this session')
    }
  }
}

const tagOf = ({ role, person }: Recipient): string => (role === 'member' ? MEMBERS : person)

export const statusFrame = (view: SessionView): StatusFrame => ({ type: 'status', ...view })

export const recommendationFrame = (view: RecommendationView): RecommendationFrame => ({
  type: 'recommendation',
  ...view,
})

function sendQuietly(socket: WebSocket, text: string): void {
  try {
    socket.send(text)
  } catch {
    // The peer is gone; the close event follows.
  }
}
