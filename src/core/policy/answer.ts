import {
  type Candidate,
  type PolicyAnswer,
  type PolicyChoice,
  type PolicyQuestion,
  type Wording,
} from '../../contract/policy.ts'
import { TONES } from '../../contract/recommendation.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { type Action, type Catalogue, actionById } from '../recommendation/catalogue.ts'
import { type ProposalFault, validate } from '../recommendation/validate.ts'
import { AnswerShape, componentsOf } from './answer-schema.ts'
import { jsonIn } from './json-in.ts'
import { type WordingFault, wordingFault } from './wording.ts'

/** Three choices with nine wordings are some 3,000 characters; beyond this somebody is talking. */
const REPLY_MAX_CHARS = 16_000

/** What came back, in the words of the protocol. */
export interface ModelReply {
  readonly text: string | null
  /** `stop`, `length`, `content_filter`, … */
  readonly finishReason: string | null
  readonly refusal: string | null
}

export type AnswerFault =
  | 'refused'
  | 'filtered'
  | 'truncated'
  | 'empty'
  | 'too_long'
  | 'not_json'
  | 'wrong_shape'
  | 'no_valid_choice'

/** For operators. */
export const ANSWER_FAULTS: Readonly<Record<AnswerFault, string>> = {
  refused: 'the model declined to answer',
  filtered: 'the provider withheld the answer',
  truncated: 'the answer ended at the limit of tokens',
  empty: 'there was no answer',
  too_long: 'the answer was far longer than any that was asked for',
  not_json: 'there was no JSON object in the answer',
  wrong_shape: 'the answer was not of the schema',
  no_valid_choice: 'nothing in the answer may be shown',
}

/** Why a choice fell out of an answer. */
export type ChoiceFault = ProposalFault | WordingFault | 'component_not_allowed' | 'duplicate'

export interface ReadAnswer {
  readonly answer: PolicyAnswer
  /** Why others fell out, in their order. */
  readonly dropped: readonly ChoiceFault[]
}

export interface AnswerFailure {
  readonly fault: AnswerFault
  readonly dropped: readonly ChoiceFault[]
}

/**
 * What of a model's reply may be shown: its order and its wordings of the candidates of the question,
 * each in every tone passed by the check of everything that people see. The texts are those that the
 * check returned.
 */
export function readAnswer(
  reply: ModelReply,
  question: PolicyQuestion,
  catalogue: Catalogue,
  promptVersion: string,
): Result<ReadAnswer, AnswerFailure> {
  const shape = shapeOf(reply)
  if (!shape.ok) return fail({ fault: shape.error, dropped: [] })
  const read = shape.value.choices.map((choice, at, all) =>
    all.findIndex(({ action }) => action === choice.action) < at
      ? fail<ChoiceFault>('duplicate')
      : readChoice(choice, question, catalogue, promptVersion),
  )
  const choices = read.flatMap((one) => (one.ok ? [one.value] : []))
  const dropped = read.flatMap((one) => (one.ok ? [] : [one.error]))
  if (choices.length === 0) return fail({ fault: 'no_valid_choice', dropped })
  return ok({ answer: { promptVersion, choices }, dropped })
}

function shapeOf({ text, finishReason, refusal }: ModelReply): Result<AnswerShape, AnswerFault> {
  if (refusal !== null && refusal !== '') return fail('refused')
  if (finishReason === 'content_filter') return fail('filtered')
  if (finishReason === 'length') return fail('truncated')
  if (text === null || text.trim() === '') return fail('empty')
  if (text.length > REPLY_MAX_CHARS) return fail('too_long')
  const json = jsonIn(text)
  if (json === undefined) return fail('not_json')
  const shape = AnswerShape.safeParse(json)
  return shape.success ? ok(shape.data) : fail('wrong_shape')
}

function readChoice(
  { action: id, ui_component, confidence, wording }: AnswerShape['choices'][number],
  question: PolicyQuestion,
  catalogue: Catalogue,
  promptVersion: string,
): Result<PolicyChoice, ChoiceFault> {
  const candidate = question.candidates.find((one) => one.id === id)
  // The question may be older than the catalogue that is in force by now.
  const action = actionById(catalogue, id)
  if (candidate === undefined || action === undefined) return fail('unknown_action')
  const component = componentsOf(candidate).find((one) => one === ui_component)
  if (component === undefined) return fail('component_not_allowed')
  const shown: Partial<Record<keyof Wording, string>> = {}
  for (const tone of TONES) {
    const text = checkedText(
      { actionId: id, component, text: wording[tone], confidence },
      { action, candidate },
      promptVersion,
    )
    if (!text.ok) return text
    shown[tone] = text.value
  }
  const { aggressive = '', moderate = '', passive = '' } = shown
  return ok({
    action: id,
    ui_component: component,
    confidence,
    wording: { aggressive, moderate, passive },
  })
}

function checkedText(
  proposal: Parameters<typeof validate>[0],
  { action, candidate }: { readonly action: Action; readonly candidate: Candidate },
  promptVersion: string,
): Result<string, ChoiceFault> {
  const validated = validate(proposal, [action], promptVersion)
  if (!validated.ok) return validated
  const { text } = validated.value
  const fault = wordingFault(proposal.text, candidate) ?? wordingFault(text, candidate)
  return fault === null ? ok(text) : fail(fault)
}
