import { PolicyAnswer, type PolicyQuestion } from '../../contract/policy.ts'
import type { Catalogue } from '../recommendation/catalogue.ts'
import { readAnswer } from './answer.ts'

/**
 * An answer out of a table, if it is one that would be taken from a model today: whoever can write to
 * the table can show people nothing that a model could not.
 */
export function readStored(
  stored: unknown,
  question: PolicyQuestion,
  catalogue: Catalogue,
  promptVersion: string,
): PolicyAnswer | null {
  const parsed = PolicyAnswer.safeParse(stored)
  if (!parsed.success || parsed.data.promptVersion !== promptVersion) return null
  const text = JSON.stringify({ choices: parsed.data.choices })
  const reply = { text, finishReason: 'stop', refusal: null }
  const read = readAnswer(reply, question, catalogue, promptVersion)
  return read.ok && read.value.dropped.length === 0 ? read.value.answer : null
}
