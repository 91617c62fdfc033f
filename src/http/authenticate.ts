import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import { type Result, fail, ok } from '../contract/result.ts'
import type { OutsideClaims, TokenClaims } from '../contract/tokens.ts'
import type { HttpEnv } from './context.ts'
import { operatorOf } from './operator.ts'
import { type Refusal, refuse } from './refuse.ts'
import { type Access, accessTo, accessToNothing } from './roles.ts'

type Caller = TokenClaims | OutsideClaims | Operator

interface Operator {
  readonly role: 'admin'
  /** `null`: a token has no name. */
  readonly name: string | null
}

const REFUSALS: Readonly<Record<'invalid' | 'unavailable', Refusal>> = {
  invalid: { code: 'unauthorized', message: 'A valid token is needed.' },
  unavailable: {
    code: 'unavailable',
    message: 'This token cannot be verified at the moment.',
    retryAfterMs: 1_000,
  },
}

/**
 * Lets in whom the table of roles lets in. No valid token: 401. A valid one of another role: 403.
 * Where Cloudflare Access guards what operators may do, only its word counts there, and whoever lacks
 * it gets 403. Sets `claims`, `member`, `signedIn` and `operator`.
 *
 * @throws if the route is not in the table: nobody thought about who may call it
 */
export const authorize = createMiddleware<HttpEnv>(async (c, next) => {
  const access = accessOf(c)
  if (access.roles === 'everybody' || access.shown !== undefined) return next()
  const { verifyAccess } = c.get('services')
  if (verifyAccess !== null && access.roles.includes('admin')) {
    const operator = await operatorOf(c, verifyAccess)
    if (!operator.ok) return refuse(c, operator.error)
    c.set('operator', operator.value)
    return next()
  }
  const shown = await callerOf(c, access)
  if (!shown.ok) return refuse(c, REFUSALS[shown.error])
  const caller = shown.value
  if (!access.roles.includes(caller.role)) {
    return refuse(c, { code: 'forbidden', message: 'This token does not open this route.' })
  }
  if (caller.role === 'member') c.set('member', caller)
  if (caller.role === 'speculative') c.set('claims', caller)
  if (caller.role === 'member' || caller.role === 'outside') c.set('signedIn', caller)
  if (caller.role === 'admin') c.set('operator', caller.name)
  return next()
})

/** Middleware is registered for all methods, what answers for one. */
function accessOf(c: Context<HttpEnv>): Access {
  const route = matchedRoutes(c).find(({ method }) => method !== 'ALL')
  if (route === undefined) return accessToNothing(c.req.path)
  const access = accessTo(route.method, route.path)
  if (access === undefined) throw new Error('a route that is not in the table of roles')
  return access
}

/** A token is ours unless it says that the outside issuer made it. */
async function callerOf(
  c: Context<HttpEnv>,
  { expired }: Access,
): Promise<Result<Caller, 'invalid' | 'unavailable'>> {
  const [, token] = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
  if (token === undefined) return fail('invalid')
  const { tokens, outside, settings, verifyAccess } = c.get('services')
  if (verifyAccess === null && (await isSame(token, settings.ADMIN_TOKEN))) {
    return ok({ role: 'admin', name: null })
  }
  const now = Date.now()
  return outside?.claims(token) === true
    ? outside.verify(token, now)
    : tokens.verify(token, now, expired === true ? 'expired' : undefined)
}

/**
 * Compared by hash, so that the time taken tells nothing of the secret but its length, which is no
 * secret: the tokens of all others are longer, and are spared two hashes.
 */
async function isSame(given: string, secret: string | undefined): Promise<boolean> {
  if (secret?.length !== given.length) return false
  const [one, other] = await Promise.all([sha256(given), sha256(secret)])
  return crypto.subtle.timingSafeEqual(one, other)
}

const sha256 = (text: string): Promise<ArrayBuffer> =>
  crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
