import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { Seen } from '../contract/onboarding.ts'
import { SOCKET_PROTOCOL, SOCKET_TOKEN_PREFIX } from '../contract/socket.ts'
import type { TokenClaims } from '../contract/tokens.ts'
import type { HttpEnv } from './context.ts'
import { SESSION_ENDED } from './onboarding.ts'
import { personIn } from './person.ts'
import { validationRefusal } from './read-json.ts'
import { type Refusal, refuse } from './refuse.ts'
import { openSubjectSocket } from './subject-socket.ts'

const Query = z.strictObject({ after: Seen })

/** What a socket is for, and whose. */
interface Watched {
  readonly role: TokenClaims['role']
  readonly after?: string | undefined
}

/** `/ws`: the token travels as a subprotocol, since URLs end up in logs. */
export const socket = new Hono<HttpEnv>()
  .get('/onboarding/:specId', (c) => {
    const query = Query.safeParse(c.req.query())
    if (!query.success) return refuse(c, validationRefusal(query.error))
    return watch(c, { role: 'speculative', after: query.data.after }, c.req.param('specId'))
  })
  .get('/v1/recommendations', (c) => watch(c, { role: 'member' }))

/** @param person whose socket was asked for, if the address names one */
async function watch(
  c: Context<HttpEnv>,
  { role, after }: Watched,
  person?: string,
): Promise<Response> {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    return refuse(c, { code: 'upgrade_required', message: 'This address speaks WebSocket only.' })
  }
  if (!isOurs(c)) return refuse(c, FOREIGN_ORIGIN)
  const claims = await verifyOffered(c)
  if (claims === null) return refuse(c, UNAUTHORIZED)
  if (claims.role !== role) return refuse(c, WRONG_ROLE)
  const own = personIn(claims)
  if (person !== undefined && person !== own.person) return refuse(c, UNKNOWN)
  return (await openSubjectSocket(c.env, own, after)) ?? refuse(c, SESSION_ENDED)
}

const FOREIGN_ORIGIN: Refusal = {
  code: 'forbidden',
  message: 'Pages of this origin may not open a socket here.',
}

/**
 * Programs send no origin, browsers always do. The host that was asked is whatever a name resolves to
 * us, so it counts only where nobody else can be: on one's own machine.
 */
function isOurs(c: Context<HttpEnv>): boolean {
  const origin = c.req.header('origin')
  if (origin === undefined) return true
  const { PUBLIC_BASE_URL, ALLOWED_ORIGINS } = c.get('services').settings
  const asked = new URL(c.req.url)
  const own = LOOPBACK.has(asked.hostname) ? [asked.origin] : []
  return [new URL(PUBLIC_BASE_URL).origin, ...own, ...ALLOWED_ORIGINS].includes(origin)
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Also for one that exists and is somebody else's. */
const UNKNOWN: Refusal = { code: 'not_found', message: 'There is no such session.' }

const WRONG_ROLE: Refusal = {
  code: 'forbidden',
  message: 'This token does not open this route.',
}

const UNAUTHORIZED: Refusal = {
  code: 'unauthorized',
  message: `A valid token is needed, as the subprotocol "${SOCKET_TOKEN_PREFIX}<token>" beside "${SOCKET_PROTOCOL}".`,
}

async function verifyOffered(c: Context<HttpEnv>): Promise<TokenClaims | null> {
  const offered = (c.req.header('sec-websocket-protocol') ?? '')
    .split(',')
    .map((part) => part.trim())
  const token = offered.find((part) => part.startsWith(SOCKET_TOKEN_PREFIX))
  if (token === undefined || !offered.includes(SOCKET_PROTOCOL)) return null
  const { tokens } = c.get('services')
  const claims = await tokens.verify(token.slice(SOCKET_TOKEN_PREFIX.length), Date.now())
  return claims.ok ? claims.value : null
}
