import type { CountRow, Counts } from './counts.ts'
import type { Family, Labels, MetricType, Sample } from './exposition.ts'
import { histogramSamples } from './histogram.ts'
import { FUNNEL_STEPS } from './funnel.ts'

interface Counted {
  readonly type: MetricType
  readonly help: string
  readonly labels?: readonly string[]
  /** Values of the first label that are shown from the beginning. */
  readonly known?: readonly string[]
}

const RUN_ENDS = ['merged', 'failed'] as const

/**
 * What migration 0015 counts, and the Worker its answers, under the names in which they are published.
 * docs/metrics.md says of each how exact it is.
 */
const COUNTED: Readonly<Record<string, Counted>> = {
  funnel_sessions_total: {
    type: 'counter',
    help: 'Sign-ups that reached a step of the funnel.',
    labels: ['step'],
    known: FUNNEL_STEPS,
  },
  hydrations_total: {
    type: 'counter',
    help: 'Runs that ended.',
    labels: ['status'],
    known: RUN_ENDS,
  },
  hydration_latency: {
    type: 'histogram',
    help: 'Seconds from the opening of a run to its end, without what it waited for budgets.',
    labels: ['status'],
    known: RUN_ENDS,
  },
  hydration_budget_wait_seconds: {
    type: 'histogram',
    help: "Seconds that a run waited for providers' budgets.",
  },
  latency_ms: {
    type: 'summary',
    help: 'Milliseconds from the opening of a run to its end, waits included.',
  },
  consumer_lag_seconds: {
    type: 'histogram',
    help: 'Seconds from the opening of a run to its first lease.',
    labels: ['queue'],
    known: ['hydration'],
  },
  time_to_activation_seconds: {
    type: 'histogram',
    help: 'Seconds from the opening of a session to the activation of its person.',
  },
  activations_total: { type: 'counter', help: 'People who were activated.' },
  speculative_sessions_ended_total: {
    type: 'counter',
    help: 'Sign-ups that a proof ended, or that expired without one.',
    labels: ['by'],
    known: ['proven', 'expired'],
  },
  unfinished_sessions_total: {
    type: 'counter',
    help: 'Sessions in the archive, by where their person was left.',
    labels: ['dropped_at'],
  },
  invitations_sent_total: { type: 'counter', help: 'People who were asked back.' },
  invitations_recovered_total: {
    type: 'counter',
    help: 'People who proved their address after they were asked back.',
  },
  fail_total: {
    type: 'counter',
    help: 'Runs that failed, by the step and the kind of failure that ended them.',
    labels: ['step', 'kind'],
  },
  reclaimed_total: {
    type: 'counter',
    help: 'Leases that ran out and were followed by another.',
  },
  dlq_total: {
    type: 'counter',
    help: 'Dead letters ever kept, by queue; of failed runs: runs.',
    labels: ['queue'],
    known: ['runs'],
  },
  recommendations_total: {
    type: 'counter',
    help: 'Recommendations, by who decided them.',
    labels: ['source'],
  },
  ai_onboarding_latency_seconds: {
    type: 'histogram',
    help: 'Seconds from the receipt of an event to the push of a recommendation that answers it.',
    labels: ['source'],
  },
  bandit_arm_selections_total: {
    type: 'counter',
    help: 'Tones that were drawn.',
    labels: ['arm'],
  },
  policy_cache_lookups_total: {
    type: 'counter',
    help: 'Look-ups of model answers. A message that comes again is counted again.',
    labels: ['result'],
    known: ['hit', 'miss'],
  },
  llm_calls_total: {
    type: 'counter',
    help: 'Calls to the model that their consumer lived to count.',
  },
  http_requests_total: {
    type: 'counter',
    help: 'Answered requests. At least so many: an isolate that ends takes its last seconds along.',
    labels: ['route', 'status'],
  },
  onboarding_sessions: {
    type: 'gauge',
    help: 'Sessions in the index, by the status of their present run.',
    labels: ['status'],
    known: ['pending', 'hydrating', ...RUN_ENDS],
  },
}

/** Each of them, whether or not it was ever counted. */
export const countedFamilies = (counts: Counts): readonly Family[] =>
  Object.entries(COUNTED).map(([name, counted]) => ({
    name,
    type: counted.type,
    help: counted.help,
    samples: samplesOf(counts, name, counted),
  }))

function samplesOf(counts: Counts, name: string, { type, labels = [], known = [] }: Counted) {
  const groups = Map.groupBy(counts.rowsOf(name), ({ labels: values }) => values.join('\n'))
  // What is known beforehand is shown before it was counted; of two labels nobody knows which go together.
  const beforehand = labels.length === 0 ? [''] : labels.length === 1 ? known : []
  const keys = new Set([...beforehand, ...groups.keys()])
  return [...keys].flatMap((key) => {
    const values = key.split('\n')
    const named: Labels = Object.fromEntries(labels.map((label, at) => [label, values[at] ?? '']))
    return ofGroup(type, named, groups.get(key) ?? [])
  })
}

function ofGroup(type: MetricType, labels: Labels, rows: readonly CountRow[]): readonly Sample[] {
  const sum = rows.reduce((total, row) => total + row.sum, 0)
  const count = rows.reduce((total, row) => total + row.counts.ever, 0)
  switch (type) {
    case 'histogram': {
      const buckets = rows.map(({ le, counts }) => ({ le: le ?? Infinity, count: counts.ever }))
      return histogramSamples(labels, buckets, sum)
    }
    case 'summary':
      return [
        { suffix: '_sum', labels, value: sum },
        { suffix: '_count', labels, value: count },
      ]
    case 'counter':
    case 'gauge':
      return [{ labels, value: count }]
  }
}
