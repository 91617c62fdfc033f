import { Provider, type BudgetSnapshot } from '../../contract/budget-rpc.ts'
import { ImbalanceKind, type LedgerBalance } from '../../contract/ledger.ts'
import { type Counts, shareOf } from './counts.ts'
import { gauge } from './derived.ts'
import type { Family } from './exposition.ts'

const USD_PER_MICRO = 1e-6
/** As many days as a budget remembers. */
const WEEK_DAYS = 7

/** Dead letters that somebody should look at. */
export interface OpenLetters {
  /** Of failed runs: `runs`. */
  readonly queue: string
  readonly count: number
  readonly fingerprints: number
}

/** What a queue says of itself, where the platform lets us ask. */
export interface QueueStanding {
  readonly queue: string
  readonly depth: number
  /** `null`: nothing waits, or nobody says. */
  readonly oldestSeconds: number | null
}

/** How things stand at one moment, as far as each could be asked. */
export interface Standing {
  readonly letters: readonly OpenLetters[]
  readonly openWebhooks: number
  readonly databaseBytes: number
  /** `null`: nobody has looked yet. */
  readonly ledger: { readonly checkedAt: number; readonly balance: LedgerBalance } | null
  readonly openFindings: number
  /** Of the longest overdue session of the index that somebody should look after; `null`: of none. */
  readonly overdueSeconds: number | null
  /** Of the oldest order to erase somebody that has no receipt; `null`: there is none. */
  readonly erasureSeconds: number | null
  /** Unfinished sessions that should be in the archive for an hour. */
  readonly archiveOverdue: number
  readonly experimentTripped: boolean
  readonly budgets: readonly BudgetSnapshot[]
  /** `null`: the platform does not say. */
  readonly queues: readonly QueueStanding[] | null
}

/** @param now epoch milliseconds */
export const standingFamilies = (
  standing: Standing,
  counts: Counts,
  now: number,
): readonly Family[] => [
  ...ofQueues(standing),
  ...ofPostgres(standing, counts),
  ...ofLedger(standing, now),
  ...ofBudgets(standing.budgets, now),
  ...ofModel(standing.budgets, counts),
]

const ofQueues = ({ queues, letters }: Standing): readonly Family[] => [
  gauge(
    'queue_depth',
    'Messages in a queue, as the platform says.',
    (queues ?? []).map(({ queue, depth }) => [{ queue }, depth]),
  ),
  gauge(
    'queue_oldest_message_seconds',
    'Age of the oldest message in a queue.',
    (queues ?? []).map(({ queue, oldestSeconds }) => [{ queue }, oldestSeconds]),
  ),
  gauge(
    'dead_letters_open',
    'Dead letters that somebody should look at; of failed runs: runs.',
    letters.map(({ queue, count }) => [{ queue }, count]),
  ),
  gauge(
    'dead_letter_fingerprints_open',
    'In how many different ways those failed.',
    letters.map(({ queue, fingerprints }) => [{ queue }, fingerprints]),
  ),
]

const ofPostgres = (standing: Standing, counts: Counts): readonly Family[] => [
  gauge('webhook_events_open', "Billing's events that are not settled.", [
    [{}, standing.openWebhooks],
  ]),
  gauge(
    'storage_in_use_bytes',
    'Postgres, and the databases of the objects that the index knows.',
    [
      [{ store: 'postgres' }, standing.databaseBytes],
      [{ store: 'objects' }, counts.sum('storage_in_use_bytes', ['objects'])],
    ],
  ),
  gauge(
    'sessions_overdue_seconds',
    'For how long the cron should have looked after somebody, who is due and not heard of.',
    [[{}, standing.overdueSeconds ?? 0]],
  ),
  gauge('erasure_oldest_seconds', 'Since the oldest order to erase somebody that has no receipt.', [
    [{}, standing.erasureSeconds ?? 0],
  ]),
  gauge('archive_overdue', 'Unfinished sessions that should be in the archive for an hour.', [
    [{}, standing.archiveOverdue],
  ]),
  gauge('experiment_sample_ratio_tripped', "1: the experiment's groups are not of their sizes.", [
    [{}, standing.experimentTripped ? 1 : 0],
  ]),
]

const ofLedger = ({ ledger, openFindings }: Standing, now: number): readonly Family[] => [
  gauge(
    'ledger_imbalance',
    'What does not add up, as of the newest look of the ledger.',
    ledger === null
      ? []
      : ImbalanceKind.options.map((kind) => [
          { kind },
          ledger.balance.imbalances.find((found) => found.kind === kind)?.count ?? 0,
        ]),
  ),
  gauge('ledger_findings_open', 'Accounts that lack a thing or have it twice.', [
    [{}, openFindings],
  ]),
  gauge('ledger_look_age_seconds', 'Since the ledger looked; also how late the cron is.', [
    [{}, ledger === null ? null : seconds(now - ledger.checkedAt)],
  ]),
]

const ofBudgets = (budgets: readonly BudgetSnapshot[], now: number): readonly Family[] => [
  gauge(
    'provider_budget_up',
    "1: the budget's object answered.",
    Provider.options.map((provider) => [
      { provider },
      budgets.some((budget) => budget.provider === provider) ? 1 : 0,
    ]),
  ),
  gauge(
    'provider_breaker_open',
    '1: the provider is taken to be down; 0.5: a call is finding out.',
    budgets.map(({ provider, breaker }) => [{ provider }, BREAKERS[breaker]]),
  ),
  gauge(
    'provider_permits_open',
    'Calls under way.',
    budgets.map(({ provider, openPermits }) => [{ provider }, openPermits]),
  ),
  gauge(
    'provider_paused_seconds',
    'For how long the provider asked to be left alone.',
    budgets.map(({ provider, pausedUntil }) => [{ provider }, seconds(pausedUntil - now)]),
  ),
  {
    name: 'provider_rate_limit_hits_total',
    type: 'counter',
    help: 'How often the provider asked us to slow down.',
    samples: budgets.map(({ provider, rateLimitHits }) => ({
      labels: { provider },
      value: rateLimitHits,
    })),
  },
]

const BREAKERS = { closed: 0, half_open: 0.5, open: 1 } as const

function ofModel(budgets: readonly BudgetSnapshot[], counts: Counts): readonly Family[] {
  const model = budgets.find(({ provider }) => provider === 'model')
  const spend = model?.spend
  const week = spend?.days
    .slice(0, WEEK_DAYS)
    .reduce((sum, { microUsd }) => sum + microUsd * USD_PER_MICRO, 0)
  return [
    {
      name: 'llm_rate_limit_hits_total',
      type: 'counter',
      help: 'How often the model asked us to slow down.',
      samples: model === undefined ? [] : [{ labels: {}, value: model.rateLimitHits }],
    },
    gauge('llm_spend_usd', 'Spent on the model today, UTC, with what is reserved.', [
      [
        {},
        spend === undefined ? null : (spend.spentMicroUsd + spend.reservedMicroUsd) * USD_PER_MICRO,
      ],
    ]),
    gauge('llm_budget_usd', 'What may be spent on the model in a day.', [
      [{}, spend === undefined ? null : spend.capMicroUsd * USD_PER_MICRO],
    ]),
    gauge(
      'cost_per_activation_usd',
      'Spent on the model in the last week, for each person activated in it.',
      [
        [
          {},
          week === undefined ? null : shareOf(week, counts.count('activations_total', [], 'week')),
        ],
      ],
    ),
  ]
}

const seconds = (ms: number): number => Math.max(0, ms) / 1_000
