import { catalogue } from '../../../src/catalogue.ts'
import type { PolicyAnswer, PolicyChoice, PolicyQuestion } from '../../../src/contract/policy.ts'
import { PROMPT_IN_USE } from '../../../src/core/policy/prompts/index.ts'
import type { Waiter } from '../../../src/core/policy/answer-store.ts'
import { questionFor } from '../../../src/core/policy/question.ts'

/** What is asked about somebody who has proved their address and begun a project. */
export const QUESTION: PolicyQuestion = questionOrThrow()

function questionOrThrow(): PolicyQuestion {
  const state = {
    days_since_signup: 2,
    completed_actions: ['verify_email', 'create_project'],
    last_error: null,
    subscription_tier: 'free',
    proven: true,
  }
  const question = questionFor(catalogue, { state, page: null })
  if (question === null) throw new Error('the catalogue has nothing for them')
  return question
}

export const MEANS = { model: 'test', promptVersion: PROMPT_IN_USE.version, catalogue }

const CHOICE: PolicyChoice = {
  action: 'import_tasks',
  ui_component: 'tooltip',
  confidence: 0.8,
  wording: {
    aggressive: 'Import the tasks you already have today. A spreadsheet is enough.',
    moderate: 'Your tasks can be imported: a spreadsheet is enough to start with.',
    passive: 'Whenever it suits you, import your tasks from a spreadsheet.',
  },
}

/** What may be said to it. */
export const policyAnswer = (change: Partial<PolicyChoice> = {}): PolicyAnswer => ({
  promptVersion: PROMPT_IN_USE.version,
  choices: [{ ...CHOICE, ...change }],
})

/** The same in every tone. */
export const saying = (text: string): PolicyAnswer =>
  policyAnswer({ wording: { aggressive: text, moderate: text, passive: text } })

/** The question of QUESTION under a key that nobody else uses. */
export const freshQuestion = () => ({
  key: crypto.randomUUID().replaceAll('-', ''),
  question: QUESTION,
})

/** Somebody who wants to know. */
export const waiterFor = <Q extends object>(question: Q): Q & Waiter => ({
  ...question,
  person: crypto.randomUUID(),
  subjectKey: crypto.randomUUID().replaceAll('-', '').padEnd(43, 'x'),
})
