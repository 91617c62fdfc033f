import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { TURNSTILE_TOKEN_MAX_CHARS, askTurnstile } from '../adapters/turnstile.ts'
import type { HttpEnv } from './context.ts'
import { type Refusal, refuse } from './refuse.ts'

const Token = z.string().min(1).max(TURNSTILE_TOKEN_MAX_CHARS)
const Retry = z.uuid()

/**
 * Where Turnstile is set, whoever signs up shows that they are no program, before anything else is asked
 * of us: the same for every address. Who cannot be judged comes in, since the limits stand all the same
 * and nobody's sign-up may hang on somebody else's service.
 */
export const challenge = createMiddleware<HttpEnv>(async (c, next) => {
  const { TURNSTILE_SECRET: secret, TURNSTILE_API_URL: url } = c.get('services').settings
  if (secret === undefined) return next()
  const token = Token.safeParse(c.req.header('Turnstile-Token'))
  if (!token.success) return refuse(c, NOT_SHOWN)
  const retry = Retry.safeParse(c.req.header('Idempotency-Key')).data
  const verdict = await askTurnstile({ secret, url }, token.data, retry)
  return verdict === 'failed' ? refuse(c, NOT_SHOWN) : next()
})

const NOT_SHOWN: Refusal = {
  code: 'challenge_failed',
  message: 'Please show once more that you are no program.',
}
