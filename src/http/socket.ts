import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { SOCKET_PROTOCOL, SOCKET_TOKEN_PREFIX } from '../contract/socket.ts'
import type { SpeculativeClaims } from '../contract/tokens.ts'
import type { HttpEnv } from './context.ts'
import { SESSION_ENDED } from './onboarding.ts'
import { validationRefusal } from './read-json.ts'
import { type Refusal, refuse } from './refuse.ts'

const Query = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,9}$/, { message: 'must be a sequence number' })
    .optional(),
})

/** `/ws/onboarding/:specId`: the token travels as a subprotocol, since URLs end up in logs. */
export const socket = new Hono<HttpEnv>().get('/onboarding/:specId', async (c) => {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    return refuse(c, { code: 'upgrade_required', message: 'This address speaks WebSocket only.' })
  }
  if (!isOurs(c)) return refuse(c, FOREIGN_ORIGIN)
  const query = Query.safeParse(c.req.query())
  if (!query.success) return refuse(c, validationRefusal(query.error))
  const claims = await verifyOffered(c)
  if (claims === null) return refuse(c, UNAUTHORIZED)
  if (claims.specId !== c.req.param('specId')) return refuse(c, UNKNOWN)
  const answer = await c.env.SUBJECTS.getByName(claims.key).fetch(
    upgradeFor(claims, query.data.after),
  )
  if (answer.status === 101) return answer
  return refuse(c, SESSION_ENDED)
})

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

const UNAUTHORIZED: Refusal = {
  code: 'unauthorized',
  message: `A valid token is needed, as the subprotocol "${SOCKET_TOKEN_PREFIX}<token>" beside "${SOCKET_PROTOCOL}".`,
}

async function verifyOffered(c: Context<HttpEnv>): Promise<SpeculativeClaims | null> {
  const offered = (c.req.header('sec-websocket-protocol') ?? '')
    .split(',')
    .map((part) => part.trim())
  const token = offered.find((part) => part.startsWith(SOCKET_TOKEN_PREFIX))
  if (token === undefined || !offered.includes(SOCKET_PROTOCOL)) return null
  const { tokens } = c.get('services')
  const claims = await tokens.verify(token.slice(SOCKET_TOKEN_PREFIX.length), Date.now())
  return claims.ok && claims.value.role === 'speculative' ? claims.value : null
}

/** What the object is told: the verified claim, and nothing of the client's own request. */
function upgradeFor(claims: SpeculativeClaims, after: string | undefined): Request {
  const url = new URL('https://subject/socket')
  url.searchParams.set('specId', claims.specId)
  url.searchParams.set('authEpoch', String(claims.authEpoch))
  if (after !== undefined) url.searchParams.set('after', after)
  return new Request(url, { headers: { Upgrade: 'websocket' } })
}
