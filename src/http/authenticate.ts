import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Role, TokenClaims } from '../contract/tokens.ts'
import type { HttpEnv } from './context.ts'
import { refuse } from './refuse.ts'

/**
 * Routes that only some roles may call; everything else under `/api` is open. A role that no token
 * can carry yet keeps its routes closed.
 */
export const ROUTE_ROLES: readonly (readonly [path: string, role: Role])[] = [
  ['/api/me', 'member'],
  ['/api/user/*', 'member'],
  ['/api/auth/logout', 'member'],
  ['/api/admin/*', 'admin'],
  ['/metrics', 'admin'],
]

/** No valid token: 401. A valid one of another role: 403. Sets `claims` or `member`. */
export const requireRole = (role: Role, allow?: 'expired') =>
  createMiddleware<HttpEnv>(async (c, next) => {
    const { tokens } = c.get('services')
    if (role === 'admin' && (await isAdmin(c))) return next()
    const token = bearerToken(c.req.header('authorization'))
    const claims = token === null ? null : await tokens.verify(token, Date.now(), allow)
    if (claims === null || !claims.ok) {
      return refuse(c, { code: 'unauthorized', message: 'A valid token is needed.' })
    }
    if (claims.value.role !== role) {
      return refuse(c, { code: 'forbidden', message: 'This token does not open this route.' })
    }
    keep(c, claims.value)
    return next()
  })

function keep(c: Context<HttpEnv>, claims: TokenClaims): void {
  if (claims.role === 'member') c.set('member', claims)
  else c.set('claims', claims)
}

/** Whoever has `ADMIN_TOKEN`. Compared by hash, so that the time taken tells nothing of it. */
async function isAdmin(c: Context<HttpEnv>): Promise<boolean> {
  const { ADMIN_TOKEN } = c.get('services').settings
  const given = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
  if (ADMIN_TOKEN === undefined || given === undefined) return false
  const [one, other] = await Promise.all([ADMIN_TOKEN, given].map(sha256))
  return one !== undefined && other !== undefined && crypto.subtle.timingSafeEqual(one, other)
}

const sha256 = (text: string): Promise<ArrayBuffer> =>
  crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))

const bearerToken = (header: string | undefined): string | null =>
  /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? '')?.[1] ?? null
