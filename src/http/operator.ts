import type { Context } from 'hono'
import type { VerifyAccess } from '../adapters/access-tokens.ts'
import { type Result, fail } from '../contract/result.ts'
import type { HttpEnv } from './context.ts'
import type { Refusal } from './refuse.ts'

/** Set by Cloudflare's edge beside each request that Access lets through; the cookie is never read. */
const ASSERTION_HEADER = 'cf-access-jwt-assertion'
/** Reading moves nothing, and no page of another site may see the answer. */
const READING = new Set(['GET', 'HEAD'])
/** A key set is fetched again at the next try. */
const KEYS_RETRY_MS = 5_000

/**
 * Who calls, by the word of Cloudflare Access. It stands beside whatever a browser sends, so that a
 * page of another site could have it sent, too: what changes something must come from our own pages,
 * or from a program.
 *
 * @returns the operator's name
 */
export async function operatorOf(
  c: Context<HttpEnv>,
  verify: VerifyAccess,
): Promise<Result<string, Refusal>> {
  const assertion = c.req.header(ASSERTION_HEADER)
  if (assertion === undefined) return fail(NO_ACCESS)
  const operator = await verify(assertion, Date.now())
  if (!operator.ok) return fail(operator.error === 'invalid' ? NO_ACCESS : KEYS_AWAY)
  return READING.has(c.req.method) || isFromHere(c) ? operator : fail(FOREIGN_PAGE)
}

/** Browsers say where a request comes from, and let no page change what they say; programs are silent. */
function isFromHere(c: Context<HttpEnv>): boolean {
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  const { origin: asked } = new URL(c.req.url)
  return (
    (site === undefined || site === 'same-origin') && (origin === undefined || origin === asked)
  )
}

const NO_ACCESS: Refusal = {
  code: 'forbidden',
  message: 'Only Cloudflare Access opens this route.',
}

const FOREIGN_PAGE: Refusal = {
  code: 'forbidden',
  message: 'Pages of other sites may not do this.',
}

const KEYS_AWAY: Refusal = {
  code: 'unavailable',
  message: 'Cloudflare Access does not show its keys at the moment.',
  retryAfterMs: KEYS_RETRY_MS,
}
