import { z } from 'zod'
import { describeError, log } from './log.ts'

/** Where Cloudflare's Turnstile says what a token is worth. */
const SITEVERIFY_URL = 'https://challenges.cloudflare.com/turnstile/v0/siteverify'
/** Somebody looks at a button; Turnstile answers within a fraction of that or not for a while. */
const ANSWER_MAX_MS = 2_000
/** What its documentation allows a token. */
export const TURNSTILE_TOKEN_MAX_CHARS = 2_048

const Answer = z.object({
  success: z.boolean(),
  'error-codes': z.array(z.string()).default([]),
})

/** Its own troubles, and ours with it: they say nothing of the visitor. */
const NOT_OF_THE_VISITOR = new Set([
  'internal-error',
  'bad-request',
  'missing-input-secret',
  'invalid-input-secret',
])

/** `unanswered`: nobody knows. */
export type ChallengeVerdict = 'passed' | 'failed' | 'unanswered'

export interface Challenge {
  readonly secret: string
  readonly url?: string | undefined
}

/**
 * Asks Turnstile about a visitor's token (https://developers.cloudflare.com/turnstile/get-started/server-side-validation/).
 * Never throws for what Turnstile does.
 *
 * @param retry a token counts once; the same request under the same UUID counts as that once
 */
export async function askTurnstile(
  { secret, url = SITEVERIFY_URL }: Challenge,
  token: string,
  retry: string | undefined,
): Promise<ChallengeVerdict> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        secret,
        response: token,
        ...(retry === undefined ? {} : { idempotency_key: retry }),
      }),
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
    })
    const { success, 'error-codes': codes } = Answer.parse(await response.json())
    if (success) return 'passed'
    if (!codes.some((code) => NOT_OF_THE_VISITOR.has(code))) return 'failed'
    log('error', 'challenge.not_understood', { detail: codes.join(' ').slice(0, DETAIL_MAX_CHARS) })
    return 'unanswered'
  } catch (error) {
    log('warn', 'challenge.no_answer', { error: describeError(error) })
    return 'unanswered'
  }
}

/** A few of its codes. */
const DETAIL_MAX_CHARS = 100
