import { rateWithin, rateWithinMinute } from '../../src/core/budget/gcra.ts'
import type { Limit, PerSignUp } from './limits.ts'
import type { Source } from './prices.ts'
import { MODEL_RESERVED, MODEL_TOKENS } from './prompt-tokens.ts'

/** Defaults of src/env.ts; a test compares them. */
export const CALLS_PER_SECOND = { identity: 16, billing: 25, mail: 5, model: 8 } as const
export const MODEL_TOKENS_PER_MINUTE = 200_000
export const MODEL_USD_PER_DAY = 5

const AUTH0_FREE_PER_SECOND = 2
/** As `max_concurrency` and `max_batch_size` of the questions in wrangler.toml. */
const QUESTIONS_AT_ONCE = 4 * 5
/** Assumed: of a small model. */
const ANSWER_SECONDS = 3
const DAY_SECONDS = 86_400
/** People at once (Q10). */
const CROWD = 1_000

/** What our budgets let through in the long run: a burst is part of what a second may have. */
const sustained = (callsPerSecond: number): number => rateWithin(callsPerSecond).perSecond

const AUTH0: Source = {
  url: 'https://manage.auth0lab.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy/management-api-endpoint-rate-limits',
  asOf: null,
  note: "a copy of Auth0's page; the present one is by plan, and its stored part shows no number of this API",
}
const STRIPE: Source = { url: 'https://docs.stripe.com/rate-limits', asOf: null }
const RESEND: Source = { url: 'https://resend.com/docs/api-reference/rate-limit.md', asOf: null }

const WAITS =
  'the budget gives later slots, the run waits without using up attempts, and fails after 24 h; the person waits'

const drained = (perSecond: number, calls: number): string =>
  `${CROWD.toLocaleString('en')} people at once are served within ${Math.ceil((CROWD * calls) / perSecond)} s; ${Math.floor((perSecond * DAY_SECONDS) / calls).toLocaleString('en')} may wait for a day`

export const providerLimits = (each: PerSignUp): readonly Limit[] => [
  mails(each),
  ...identities(each),
  ...customers(each),
  ...models(each),
]

function mails({ counted }: PerSignUp): Limit {
  const mailsEach = counted(({ mails: sent }) => sent)
  const rate = sustained(CALLS_PER_SECOND.mail)
  return {
    name: 'Resend: 5 mails/s',
    source: RESEND,
    bindsAt: { rate: rate / mailsEach, unit: 'sign-ups/s' },
    reckoned: `${mailsEach.toFixed(1)} mails a sign-up; ${drained(rate, 1)}`,
    effect: `${WAITS} for the code`,
    remedy:
      'ask for more (`RESEND_CALLS_PER_SECOND`), or `MAIL_PROVIDER=cloudflare`; a hundred mails fit in a batch call, which the mailer does not use',
    delays: true,
  }
}

function identities({ counted }: PerSignUp): readonly Limit[] {
  const calls = counted(({ identityCalls }) => identityCalls)
  const limit = (name: string, perSecond: number) => ({
    name,
    source: AUTH0,
    bindsAt: { rate: sustained(perSecond) / calls, unit: 'sign-ups/s' as const },
    reckoned: `${calls.toFixed(1)} calls a sign-up, with the run after the proof and the erasure; our budget lets ${sustained(perSecond).toFixed(0)} a second through; ${drained(sustained(perSecond), 1)}`,
    effect: WAITS,
    remedy:
      'a private cloud has 50 calls/s in its smallest tier, 250 in the next; an identity provider of your own is one step; without `AUTH0_*` the row is the identity',
  })
  return [
    { ...limit('Auth0, paid: 16 calls/s', CALLS_PER_SECOND.identity), delays: true },
    limit('Auth0, free: 2 calls/s', AUTH0_FREE_PER_SECOND),
  ]
}

function customers({ counted }: PerSignUp): readonly Limit[] {
  const calls = counted(({ billingCalls }) => billingCalls)
  const rate = sustained(CALLS_PER_SECOND.billing)
  return [
    {
      name: 'Stripe: 25 calls/s',
      source: STRIPE,
      bindsAt: { rate: rate / calls, unit: 'sign-ups/s' },
      reckoned: `what one endpoint takes, ours for all calls: ${calls.toFixed(1)} of them a sign-up, with the run after the proof and the erasure; ${drained(rate, 1)}`,
      effect: WAITS,
      remedy:
        'ask Stripe six weeks ahead, then say so (`STRIPE_CALLS_PER_SECOND`); a live account takes 100 in all, but each sign-up calls the same endpoint',
      delays: true,
    },
  ]
}

function models({ counted, questions }: PerSignUp): readonly Limit[] {
  const calls = counted(({ modelCalls }) => modelCalls)
  const { perSecond: tokens } = rateWithinMinute(MODEL_TOKENS_PER_MINUTE)
  const byTokens = tokens / (MODEL_RESERVED.input + MODEL_RESERVED.output)
  const callUsd = (MODEL_TOKENS.input * 0.4 + MODEL_TOKENS.output * 1.6) / 1_000_000
  const perDay = MODEL_USD_PER_DAY / callUsd
  const asks = `${calls.toFixed(2)} calls a sign-up, of ${questions.toFixed(0)} questions`
  const effect = 'the rules decide, nobody waits, and the answer comes by push when it is there'
  return [
    {
      name: `Model: $${MODEL_USD_PER_DAY} a day`,
      source: { code: '`LLM_DAILY_BUDGET_USD`' },
      bindsAt: { rate: perDay / DAY_SECONDS / calls, unit: 'sign-ups/s' },
      reckoned: `${asks}; a call is $${callUsd.toFixed(4)}: ${Math.floor(perDay).toLocaleString('en')} a day`,
      effect: 'the rules decide until midnight UTC; answers that are kept go on serving',
      remedy: 'a greater budget',
    },
    {
      name: 'Model: 200,000 tokens/min',
      source: { code: '`OPENAI_TOKENS_PER_MINUTE`' },
      bindsAt: { rate: byTokens / calls, unit: 'sign-ups/s' },
      reckoned: `${asks}; a call reserves ${(MODEL_RESERVED.input + MODEL_RESERVED.output).toLocaleString('en')} tokens: ${byTokens.toFixed(2)} calls/s`,
      effect,
      remedy: "the account's next tier, and the setting with it",
    },
    {
      name: 'Model: 20 questions at a time',
      source: { code: '`wrangler.toml` (`max_concurrency`)' },
      bindsAt: { rate: QUESTIONS_AT_ONCE / ANSWER_SECONDS / calls, unit: 'sign-ups/s' },
      reckoned: `assumed ${ANSWER_SECONDS} s an answer; \`OPENAI_CONCURRENCY\` allows ten of them, half as many`,
      effect,
      remedy: 'both settings together',
    },
  ]
}
