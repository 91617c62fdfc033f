import { APIError } from 'openai'
import { z } from 'zod'
import type { TokenUsage } from '../../contract/policy.ts'
import { ANSWER_FAULTS, type AnswerFailure } from '../../core/policy/answer.ts'
import type { ModelFailure } from '../../core/policy/policy-model.ts'

/** The account is out of money: nothing that waiting as long as the header says would mend. */
const OUT_OF_CREDIT = 'insufficient_quota'
const WITHHELD = 'content_filter'
/** Somebody on the way gave up waiting: the model itself may have answered, for our money. */
const GATEWAY_TIMEOUT = 504
const NOTHING_SPENT = { usage: { input: 0, output: 0 } }

/** As far as it is the provider's own word: messages may quote what was asked, these do not. */
const ProviderError = z.object({
  status: z.int(),
  code: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/)
    .catch(''),
  headers: z.instanceof(Headers),
})

/** What a throw of the client means. */
export function modelFailure(error: unknown): ModelFailure {
  const told = error instanceof APIError ? ProviderError.safeParse(error).data : undefined
  if (told === undefined) {
    return { kind: 'unavailable', detail: `model no answer ${nameOf(error)}`.trimEnd() }
  }
  const { status, code, headers } = told
  const detail = `model ${status} ${code}`.trimEnd()
  if (code === OUT_OF_CREDIT) return { kind: 'unavailable', detail, ...NOTHING_SPENT }
  if (status === 429) return { kind: 'rate_limited', detail, ...retryAfter(headers) }
  if (status === GATEWAY_TIMEOUT) return { kind: 'unavailable', detail }
  if (status >= 500 || status === 408 || status === 409) {
    return { kind: 'unavailable', detail, ...NOTHING_SPENT }
  }
  return { kind: 'rejected', detail, fault: code === WITHHELD ? 'filtered' : 'misconfigured' }
}

/** An answer that came and cannot be used. It was paid for. */
export const unusableAnswer = (
  { fault, dropped }: AnswerFailure,
  usage: TokenUsage,
): ModelFailure => ({
  kind: 'rejected',
  detail: [`model: ${ANSWER_FAULTS[fault]}`, ...dropped].join(' '),
  fault,
  usage,
})

/** Of classes only, as of a `TimeoutError`. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

/** Both headers in which it is told; of `retry-after` the form in seconds is understood. */
function retryAfter(headers: Headers): { readonly retryAfterMs?: number } {
  const [ms, seconds] = [headers.get('retry-after-ms'), headers.get('retry-after')]
  if (ms !== null && /^\d{1,8}$/.test(ms)) return { retryAfterMs: Number(ms) }
  if (seconds === null || !/^\d{1,5}(?:\.\d{1,3})?$/.test(seconds)) return {}
  return { retryAfterMs: Math.ceil(Number(seconds) * 1_000) }
}
