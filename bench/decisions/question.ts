import { catalogue } from '../../src/catalogue.ts'
import type { QuestionMessage } from '../../src/contract/question-message.ts'
import { PROMPT_IN_USE } from '../../src/core/policy/prompts/index.ts'
import { questionFor, questionKey } from '../../src/core/policy/question.ts'

/** Where everybody is whose answer lies in the cache. */
export const KNOWN_PAGE = '/profile'

const MODEL = 'bench'

/** Settings under which a model is asked about everybody's first event. */
export const MODEL_SETTINGS = {
  OPENAI_API_KEY: 'local',
  OPENAI_MODEL: MODEL,
  COLD_START_EVENTS: '0',
  RULES_BASELINE_PERCENT: '0',
}

/** What the model is asked about whoever has just signed up and looks at that page. */
export function questionOfNewcomers(): QuestionMessage {
  const state = {
    days_since_signup: 0,
    completed_actions: [],
    last_error: null,
    subscription_tier: 'starter',
    proven: false,
  }
  const question = questionFor(catalogue, { state, page: KNOWN_PAGE })
  const key = question && questionKey(question, PROMPT_IN_USE.version, catalogue.version, MODEL)
  if (question === null || key === null) throw new Error('there is nothing to ask')
  return { v: 1, key, question, traceparent: '' }
}
