import { estimateTokens } from '../../src/core/policy/cost.ts'
import { PROMPT_IN_USE } from '../../src/core/policy/prompts/index.ts'
import { renderPrompt } from '../../src/core/policy/render.ts'
import { QUESTION } from '../../test/support/shared/policy.ts'

/** Of English and of JSON; an estimate, since no tokenizer of the model's is here. */
const BYTES_PER_TOKEN = 4
/** Three choices in three wordings, as `ANSWER_MAX_TOKENS` says. */
const ANSWER_TOKENS = 750

const { system, user, schema } = renderPrompt(QUESTION, PROMPT_IN_USE)

/** Of one call. */
export const MODEL_TOKENS = {
  input: Math.round(
    new TextEncoder().encode(`${system}${user}${JSON.stringify(schema)}`).length / BYTES_PER_TOKEN,
  ),
  output: ANSWER_TOKENS,
} as const

/** What its budget reserves for one call. */
export const MODEL_RESERVED = estimateTokens({ version: '', system, user, schema })
