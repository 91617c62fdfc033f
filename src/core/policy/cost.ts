import type { TokenUsage } from '../../contract/policy.ts'
import type { Prompt } from './render.ts'

/**
 * Three choices with three wordings of 200 characters each, their names and the JSON around them are
 * some 750 tokens in English; other languages take up to twice as many. An answer that needs more is
 * no answer to this question, and is cut off where it would begin to cost.
 */
export const ANSWER_MAX_TOKENS = 1_500

/**
 * English has four bytes to a token, identifiers and JSON have three. Counted low on purpose: an
 * estimate that is too high is given back afterwards, one that is too low was spent.
 */
const BYTES_PER_TOKEN = 3
/** Roles, and whatever a provider puts around messages. */
const OVERHEAD_TOKENS = 50

/** The most that asking may take: to be reserved before the call and settled after it. */
export function estimateTokens({ system, user, schema }: Prompt): TokenUsage {
  const bytes = new TextEncoder().encode(`${system}${user}${JSON.stringify(schema)}`).length
  return { input: Math.ceil(bytes / BYTES_PER_TOKEN) + OVERHEAD_TOKENS, output: ANSWER_MAX_TOKENS }
}

/** In US dollars for a million tokens. */
export interface TokenPrices {
  readonly input: number
  readonly output: number
}
