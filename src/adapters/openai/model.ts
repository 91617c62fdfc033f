import { OpenAI } from 'openai'
import { type Result, fail, ok } from '../../contract/result.ts'
import { readAnswer } from '../../core/policy/answer.ts'
import { ANSWER_MAX_TOKENS, estimateTokens } from '../../core/policy/cost.ts'
import type { ModelFailure, PolicyModel } from '../../core/policy/policy-model.ts'
import { PROMPT_IN_USE } from '../../core/policy/prompts/index.ts'
import { questionKey } from '../../core/policy/question.ts'
import { type Prompt, renderPrompt } from '../../core/policy/render.ts'
import type { Catalogue } from '../../core/recommendation/catalogue.ts'
import { readCompletion } from './completion.ts'
import { modelFailure, unusableAnswer } from './failure.ts'

/**
 * A whole answer of 1,500 tokens takes a small model ten seconds or so. Nobody waits for it on a page;
 * but a consumer that waits holds a place of the few that there are.
 */
const CALL_TIMEOUT_MS = 15_000

/** A page of a proxy, or another protocol: whoever is there is not the model. */
const NOT_A_COMPLETION: ModelFailure = { kind: 'unavailable', detail: 'model: not a completion' }

const OPENAI_URL = 'https://api.openai.com/v1'

export interface ModelSettings {
  readonly OPENAI_API_KEY?: string | undefined
  /** Of any service that speaks the same protocol, with its version: `http://127.0.0.1:8792/v1`. */
  readonly OPENAI_BASE_URL?: string | undefined
  readonly OPENAI_MODEL: string
  readonly OPENAI_INPUT_USD_PER_MTOK: number
  readonly OPENAI_OUTPUT_USD_PER_MTOK: number
}

/** @returns `null` without a key: the rules decide alone */
export function createPolicyModel(
  settings: ModelSettings,
  catalogue: Catalogue,
  timeoutMs = CALL_TIMEOUT_MS,
): PolicyModel | null {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL, OPENAI_MODEL: name } = settings
  if (apiKey === undefined) return null
  const template = PROMPT_IN_USE
  const client = openAi(apiKey, OPENAI_BASE_URL ?? OPENAI_URL)
  return {
    name,
    promptVersion: template.version,
    prices: {
      input: settings.OPENAI_INPUT_USD_PER_MTOK,
      output: settings.OPENAI_OUTPUT_USD_PER_MTOK,
    },
    keyOf: (question) => questionKey(question, template.version, catalogue.version, name),
    estimate: (question) => estimateTokens(renderPrompt(question, template)),

    async ask(question) {
      const prompt = renderPrompt(question, template)
      const replied = await complete(client, name, prompt, timeoutMs)
      if (!replied.ok) return replied
      const completion = readCompletion(replied.value, estimateTokens(prompt))
      if (completion === null) return fail(NOT_A_COMPLETION)
      const { reply, usage } = completion
      const read = readAnswer(reply, question, catalogue, template.version)
      return read.ok ? ok({ ...read.value, usage }) : fail(unusableAnswer(read.error, usage))
    },
  }
}

const openAi = (apiKey: string, baseURL: string): OpenAI =>
  new OpenAI({
    apiKey,
    baseURL,
    // What is not said here the client looks for in the environment.
    organization: null,
    project: null,
    // Whoever calls decides about retries: a budget stands before every single call.
    maxRetries: 0,
    // It would write bodies to the log.
    logLevel: 'off',
  })

async function complete(
  client: OpenAI,
  model: string,
  prompt: Prompt,
  timeoutMs: number,
): Promise<Result<unknown, ModelFailure>> {
  try {
    const completion = await client.chat.completions.create(
      {
        model,
        messages: [
          { role: 'system', content: prompt.system },
          { role: 'user', content: prompt.user },
        ],
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'next_step', strict: true, schema: prompt.schema },
        },
        // Not every model takes a temperature, and what is cached is asked once.
        max_completion_tokens: ANSWER_MAX_TOKENS,
      },
      // The client's own time-out ends with the headers; a body may never end.
      { timeout: timeoutMs, signal: AbortSignal.timeout(timeoutMs) },
    )
    return ok(completion)
  } catch (error) {
    return fail(modelFailure(error))
  }
}
