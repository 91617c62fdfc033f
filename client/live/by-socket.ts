import { SOCKET_PROTOCOL, SOCKET_TOKEN_PREFIX } from '../../src/contract/socket.ts'
import type { Credentials } from '../credentials.ts'
import type { Ending } from './course.ts'
import type { Line } from './line.ts'
import { readFrame } from './read-frame.ts'

/** A handshake goes through in one round trip, or not at all. */
const OPEN_TIMEOUT_MS = 10_000
/** Often enough for proxies that forget a silent connection after half a minute. */
const PING_EVERY_MS = 25_000
/** The platform answers by itself, whatever the server is doing. */
const PONG_TIMEOUT_MS = 8_000
/** RFC 6455, 7.4.1: the server ended it, and means it. */
const POLICY_VIOLATION = 1008

/** The best way: nothing is asked for, and everything comes at once. Lasts until it is lost. */
export async function bySocket(line: Line): Promise<Ending> {
  const held = await line.access.fresh()
  if (!held.ok) return { kind: 'lost', lastedMs: 0, askedMs: held.error.retryAfterMs }
  if (line.signal.aborted) return { kind: 'lost', lastedMs: 0 }
  const { lastedMs, code } = await connection(line, held.value)
  // Somebody proved the address, or signed out; or there were too many tabs. A new token says which.
  const now = line.access.current()
  if (code === POLICY_VIOLATION && now !== null && !line.signal.aborted)
    await line.access.renew(now)
  return { kind: 'lost', lastedMs }
}

interface Closed {
  readonly lastedMs: number
  readonly code: number
}

function connection(line: Line, held: Credentials): Promise<Closed> {
  return new Promise((resolve) => {
    const socket = new WebSocket(addressFor(line, held), [
      SOCKET_PROTOCOL,
      `${SOCKET_TOKEN_PREFIX}${held.token}`,
    ])
    let openedAt: number | undefined
    let timer: ReturnType<typeof setTimeout>
    const end = (code: number) => {
      clearTimeout(timer)
      forget()
      line.signal.removeEventListener('abort', leave)
      resolve({ code, lastedMs: openedAt === undefined ? 0 : Date.now() - openedAt })
      socket.close()
    }
    const leave = () => end(0)
    const within = (ms: number, then: () => void) => {
      clearTimeout(timer)
      timer = setTimeout(then, ms)
    }
    const ping = () => {
      // The server has said that it ends, and the network keeps it open.
      if (socket.readyState > WebSocket.OPEN) return end(POLICY_VIOLATION)
      if (socket.readyState < WebSocket.OPEN) return
      within(PONG_TIMEOUT_MS, leave)
      socket.send('ping')
    }
    const forget = line.onDoubt(ping)
    within(OPEN_TIMEOUT_MS, leave)
    line.signal.addEventListener('abort', leave)
    socket.addEventListener('open', () => {
      openedAt = Date.now()
      within(PING_EVERY_MS, ping)
      line.works()
    })
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      within(PING_EVERY_MS, ping)
      const frame = readFrame(data)
      if (frame !== null) line.hear(frame)
    })
    socket.addEventListener('close', ({ code }) => end(code))
  })
}

function addressFor({ baseUrl, seen }: Line, held: Credentials): URL {
  const path =
    held.kind === 'member'
      ? '/ws/v1/recommendations'
      : `/ws/onboarding/${held.specId}${missedSince(seen())}`
  const url = new URL(path, baseUrl || location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  return url
}

/** Who saw nothing yet is not interested in how it came so far. */
const missedSince = (seen: number): string => (seen === 0 ? '' : `?after=${seen}`)
