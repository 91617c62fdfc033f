import { mailRepeatsOf } from '../src/adapters/mail/mailer.ts'
import { stepDefinitions } from '../src/adapters/steps/registry.ts'
import { catalogue } from '../src/catalogue.ts'
import type { BehaviourContext } from '../src/core/behaviour/behave.ts'
import { PROMPT_IN_USE } from '../src/core/policy/prompts/index.ts'
import type { DecisionContext } from '../src/core/onboarding/decision.ts'
import { type Settings, experimentOf } from '../src/env.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What decisions are made with, and the moment at which. */
const means = () => ({
  now: Date.now(),
  newId: () => crypto.randomUUID(),
  random: Math.random,
})

export const decisionContext = (settings: Settings): DecisionContext => ({
  ...means(),
  steps: stepDefinitions(settings),
  opensPerMinute: settings.USER_LIMIT_PER_MINUTE,
  sessionMaxAgeMs: Math.round(settings.SESSION_MAX_AGE_HOURS * HOUR_MS),
  retentionMs: Math.round(settings.UNPROVEN_RETENTION_DAYS * DAY_MS),
  mailRepeats: mailRepeatsOf(settings),
})

export const behaviourContext = (settings: Settings): BehaviourContext => ({
  ...means(),
  catalogue,
  policy:
    settings.OPENAI_API_KEY === undefined
      ? null
      : { model: settings.OPENAI_MODEL, promptVersion: PROMPT_IN_USE.version },
  coldStartEvents: settings.COLD_START_EVENTS,
  experiment: experimentOf(settings),
})
