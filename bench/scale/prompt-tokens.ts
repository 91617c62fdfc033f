import { catalogue } from '../../src/catalogue.ts'
import { estimateTokens } from '../../src/core/policy/cost.ts'
import { PROMPT_IN_USE } from '../../src/core/policy/prompts/index.ts'
import { questionFor } from '../../src/core/policy/question.ts'
import { type Prompt, renderPrompt } from '../../src/core/policy/render.ts'

/** Of English and of JSON; an estimate, since no tokenizer of the model's is here. */
const BYTES_PER_TOKEN = 4
/** Three choices in three wordings, as `ANSWER_MAX_TOKENS` says. */
const ANSWER_TOKENS = 750

/** The prompt of somebody on their third day, with the catalogue and the prompt that are in use. */
function prompt(): Prompt {
  const state = {
    days_since_signup: 2,
    completed_actions: ['verify_email', 'create_project'],
    last_error: null,
    subscription_tier: 'free',
    proven: true,
  }
  const question = questionFor(catalogue, { state, page: null })
  if (question === null) throw new Error('the catalogue has nothing for them')
  return renderPrompt(question, PROMPT_IN_USE)
}

const { system, user, schema } = prompt()

/** Of one call. */
export const MODEL_TOKENS = {
  input: Math.round(
    new TextEncoder().encode(`${system}${user}${JSON.stringify(schema)}`).length / BYTES_PER_TOKEN,
  ),
  output: ANSWER_TOKENS,
} as const

/** What its budget reserves for one call. */
export const MODEL_RESERVED = estimateTokens({ version: '', system, user, schema })
