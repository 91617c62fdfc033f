import { type Counts, shareOf } from './counts.ts'
import type { Family, Labels } from './exposition.ts'
import { funnelOf } from './funnel.ts'
import { quantileOf } from './histogram.ts'

const P99 = 0.99

type Known = readonly (readonly [labels: Labels, value: number | null])[]

/** What is not known has no sample. */
export const gauge = (name: string, help: string, known: Known): Family => ({
  name,
  type: 'gauge',
  help,
  samples: known.flatMap(([labels, value]) => (value === null ? [] : [{ labels, value }])),
})

/** The published figures that are rates: over the window that each one names. PromQL has any other. */
export const derivedFamilies = (counts: Counts): readonly Family[] => [
  gauge('pending_count', 'Runs that are not over.', [[{}, pendingIn(counts)]]),
  gauge(
    'speculative_session_ttl_expiration_rate',
    'Share of the sign-ups of which the last 24 hours saw the end that expired without a proof.',
    [[{}, expirationRate(counts)]],
  ),
  gauge('hydration_latency_p99', 'Seconds: of the runs that merged within the last hour.', [
    [{}, quantileOf(counts.buckets('hydration_latency', ['merged'], 'hour'), P99)],
  ]),
  gauge('hydration_failure_rate', 'Share of the runs of the last hour that failed.', [
    [{}, failureRate(counts)],
  ]),
  gauge(
    'conversion_funnel_dropoff',
    'Of the sign-ups of the last 24 hours that reached the step before, the share that is not here yet.',
    funnelOf(counts, 'day').map(({ step, dropoff }) => [{ step }, dropoff]),
  ),
  gauge('invitation_recovery_rate', 'Share of the people ever asked back who came.', [
    [
      {},
      shareOf(counts.count('invitations_recovered_total'), counts.count('invitations_sent_total')),
    ],
  ]),
  gauge(
    'bandit_arm_selection_rate',
    'Share of the draws of the last 24 hours that fell on this tone.',
    armRates(counts),
  ),
  gauge(
    'policy_cache_hit_rate',
    'Share of the look-ups of the last 24 hours that found an answer.',
    [[{}, hitRate(counts)]],
  ),
]

export const pendingIn = (counts: Counts): number =>
  counts.count('onboarding_sessions', ['pending']) +
  counts.count('onboarding_sessions', ['hydrating'])

function expirationRate(counts: Counts): number | null {
  const ended = (by: string) => counts.count('speculative_sessions_ended_total', [by], 'day')
  return shareOf(ended('expired'), ended('expired') + ended('proven'))
}

const failureRate = (counts: Counts): number | null =>
  shareOf(
    counts.count('hydrations_total', ['failed'], 'hour'),
    counts.count('hydrations_total', [], 'hour'),
  )

export const hitRate = (counts: Counts): number | null =>
  shareOf(
    counts.count('policy_cache_lookups_total', ['hit'], 'day'),
    counts.count('policy_cache_lookups_total', [], 'day'),
  )

function armRates(counts: Counts): Known {
  const name = 'bandit_arm_selections_total'
  const all = counts.count(name, [], 'day')
  return counts
    .rowsOf(name)
    .map(({ labels: [arm = ''] }) => [{ arm }, shareOf(counts.count(name, [arm], 'day'), all)])
}
