import type { PolicyQuestion } from '../../contract/policy.ts'
import { hexHash } from '../short-hash.ts'
import { answerJsonSchema } from './answer-schema.ts'
import type { PromptTemplate } from './prompts/prompt.ts'
import { screenWords } from './screen.ts'

/** 128 bits: nobody writes a text that holds its own hash. */
const FENCE_HEX_DIGITS = 32

/** All that a model is given. */
export interface Prompt {
  readonly version: string
  readonly system: string
  readonly user: string
  /** JSON Schema of the answer. */
  readonly schema: Readonly<Record<string, unknown>>
}

/**
 * The prompt of a question: a pure function of what its key is made of. Data stands between two lines
 * that carry its own hash, in JSON of ASCII without angle brackets, so that nothing in it can end it.
 * Words are screened here once more: no other place puts a text before a model.
 */
export function renderPrompt(question: PolicyQuestion, template: PromptTemplate): Prompt {
  const { words, ...rest } = question
  const screened = words === undefined ? null : screenWords(words)
  const asked = screened?.ok === true ? { ...rest, words: screened.value } : rest
  const data = asciiJson(template.data(asked))
  const fence = hexHash(data, FENCE_HEX_DIGITS)
  return {
    version: template.version,
    system: template.system,
    user: `DATA ${fence}\n${data}\nEND ${fence}`,
    schema: answerJsonSchema(asked),
  }
}

const NOT_PLAIN = /[^\u0020-\u007e]|[<>&`]/g

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    NOT_PLAIN,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
