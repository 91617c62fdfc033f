import type { Limit, PerSignUp } from './limits.ts'
import { SECONDS_PER_MONTH, statementsOf } from './model.ts'
import type { Source } from './prices.ts'

const POSTGRES_CU_MAX = 16
const POOL_CONNECTIONS_MAX = 10_000
/** Consumers at a time, each with one statement under way. */
const CONSUMERS_MAX = 250 * 2
/** As src/core/ledger/limits.ts and the cron's five minutes. */
const LEDGER_ACCOUNTS_PER_DAY = 50 * 12 * 24
const SWEPT_PER_HOUR = 100 * 12
const BUSY_SIGN_UPS = 100
const MILLION = 1_000_000

const PLANS: Source = { url: 'https://neon.com/docs/introduction/plans', asOf: '2026-11-12' }
const POOLING: Source = {
  url: 'https://neon.com/docs/connect/connection-pooling',
  asOf: '2026-01-24',
}

export function databaseAndOurs({ premises }: PerSignUp): readonly Limit[] {
  const { statementMs, eventRowMs, postgresBusyShare, eventsPerPerson } = premises.assumed
  const load = { signUps: BUSY_SIGN_UPS * SECONDS_PER_MONTH, furtherEvents: 0 }
  const statements = statementsOf(premises, load) / load.signUps
  const cuSeconds = (statements * statementMs + eventsPerPerson * eventRowMs) / 1_000
  return [
    {
      name: 'Neon: a compute of 16 CU',
      source: PLANS,
      bindsAt: { rate: (POSTGRES_CU_MAX * postgresBusyShare) / cuSeconds, unit: 'sign-ups/s' },
      reckoned: `${statements.toFixed(1)} statements a sign-up when batches are full, assumed ${statementMs} ms each, and ${eventsPerPerson} rows of events`,
      effect:
        'no sign-up waits for it; runs do, and what people did is kept in the queue for days; the status of a sleeping object, and operators, are slower',
      remedy: 'a fixed compute of up to 56 CU on the Scale plan; events to a database of their own',
    },
    {
      name: 'Neon: 10,000 pooled connections',
      source: POOLING,
      bindsAt: null,
      reckoned: `a statement over HTTP holds one while it runs: ${CONSUMERS_MAX} consumers at a time, of ${POOL_CONNECTIONS_MAX}; in the database 94 run at once on 0.25 CU`,
      effect: 'statements wait, consumers with them',
      remedy: 'none needed',
    },
    {
      name: 'By address: 10 requests a minute',
      source: { code: '`wrangler.toml` (`IP_LIMITER`)' },
      bindsAt: null,
      reckoned:
        'sign-ups and codes from one address; an office or a school behind one address is one',
      effect: '`429`, and the page says when to come back',
      remedy: '`IP_LIMIT=off` with another gate in front, or Turnstile',
    },
    {
      name: 'The ledger looks at 14,400 accounts a day',
      source: { code: '`src/core/ledger/limits.ts`' },
      bindsAt: null,
      reckoned: `a million accounts pass by in ${Math.ceil(MILLION / LEDGER_ACCOUNTS_PER_DAY)} days`,
      effect: 'an account without its customer is found that much later',
      remedy: '`ACCOUNTS_PER_TICK_MAX`, as far as the providers\u2019 rates leave room',
    },
    {
      name: 'The sweep wakes 1,200 objects an hour',
      source: { code: '`src/cron/sweep.ts`' },
      bindsAt: null,
      reckoned: `only those whose alarm was lost; a million of them would take ${Math.ceil(MILLION / SWEPT_PER_HOUR / 24)} days`,
      effect: 'they are woken later, the longest overdue first',
      remedy: '`SESSIONS_PER_TICK_MAX`',
    },
    {
      name: 'R2 and Workers KV',
      source: { code: '`src/adapters/archive.ts`' },
      bindsAt: null,
      reckoned: 'an object for each session, under a name of its own; KV is not used',
      effect: 'none',
      remedy: 'none needed',
    },
  ]
}
