import { eq, min, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Group } from '../../contract/recommendation.ts'
import { REWARD_WINDOW_MS } from '../../core/bandit/day-counts.ts'
import type { Experiment } from '../../core/experiment/assignment.ts'
import { ACTIVATION_WINDOW_MS, type Groups, NOBODY } from '../../core/experiment/comparisons.ts'
import type { LoggedRecommendation } from '../../core/experiment/off-policy-view.ts'
import { type SampleRatioWatch, UNTRIPPED } from '../../core/experiment/sample-ratio.ts'
import { STANDS_FOR_MS } from '../../core/recommendation/limits.ts'
import { experiments, recommendations as log, userJourneys } from './behaviour-schema.ts'
import type { Database } from './database.ts'
import { experimentLooks } from './learning-schema.ts'
import { momentOf } from './log-sql.ts'

// All throw when the database cannot. Moments are epoch milliseconds.

const Count = z.int().nonnegative()
const GroupCounts = z.object({ assigned: Count, people: Count, activated: Count })
const FinalGroups = z.object({ holdout: GroupCounts, baseline: GroupCounts, policy: GroupCounts })

/** What is known of an experiment besides its people. */
export interface KnownExperiment {
  /** `null`: nobody belongs to it. */
  readonly startedAt: number | null
  /** It was never drawn in other proportions than these. */
  readonly isOneSplit: boolean
  readonly watch: SampleRatioWatch
  /** Once nobody's outcome is open any more. */
  readonly finalGroups: Groups | null
}

export async function knownExperiment(
  database: Database,
  { id, holdoutPercent, baselinePercent }: Experiment,
): Promise<KnownExperiment> {
  const isAnother = sql`(${experiments.holdoutPercent}, ${experiments.baselinePercent})
    is distinct from (${holdoutPercent}::float8, ${baselinePercent}::float8)`
  const [[seen], [look]] = await database.batch([
    database
      .select({
        startedAt: min(experiments.firstSeenAt),
        others: sql<number>`(count(*) filter (where ${isAnother}))::int`,
      })
      .from(experiments)
      .where(eq(experiments.id, id)),
    database.select().from(experimentLooks).where(eq(experimentLooks.experiment, id)),
  ])
  return {
    startedAt: seen?.startedAt?.getTime() ?? null,
    isOneSplit: seen?.others === 0,
    watch:
      look === undefined
        ? UNTRIPPED
        : { pValue: look.pValue, trippedAt: look.trippedAt?.getTime() ?? null },
    finalGroups: FinalGroups.nullable().parse(look?.finalGroups ?? null),
  }
}

/**
 * The people of an experiment, each once, however many sessions they opened: whoever is known by one
 * address, or one wallet. A group is drawn for a person, so that counting sessions would count some
 * several times. Who was known before, from an earlier experiment, is nobody new. Of somebody who
 * proved the address counts what the account did, and not what other sessions did under its name.
 *
 * @param closedBefore who came earlier has had their time to activate
 */
export async function countGroups(
  database: Database,
  id: string,
  { from, until, closedBefore }: { from: number; until: number; closedBefore: number },
): Promise<Groups> {
  const { rows } = await database.execute<
    { group: Group; assigned: number; people: number; activated: number } & Record<string, unknown>
  >(sql`
    with subjects as (
      select subject_key, min(started_at) as started_at, min(activated_at) as activated_at,
        (array_agg(experiment order by started_at, person))[1] as experiment,
        (array_agg(experiment_group order by started_at, person))[1] as experiment_group,
        (array_agg(attached_to) filter (where attached_to is not null))[1] as account
      from ${userJourneys}
      where subject_key in (
        select subject_key from ${userJourneys}
        where experiment = ${id} and started_at >= ${momentOf(from)}
      )
      group by subject_key
    ), people as (
      select coalesce(account.experiment, subjects.experiment) as experiment,
        coalesce(account.experiment_group, subjects.experiment_group) as experiment_group,
        subjects.started_at,
        case when account.person is null then subjects.activated_at else account.activated_at end
          as activated_at
      from subjects left join ${userJourneys} account on account.person = subjects.account
    )
    select experiment_group as "group", count(*)::int as assigned,
      (count(*) filter (where started_at < ${momentOf(closedBefore)}))::int as people,
      (count(*) filter (
        where started_at < ${momentOf(closedBefore)}
          and activated_at <= started_at + ${ACTIVATION_WINDOW_MS}::float8 * interval '1 millisecond'
      ))::int as activated
    from people
    where experiment = ${id}
      and started_at >= ${momentOf(from)} and started_at < ${momentOf(until)}
    group by experiment_group`)
  return {
    ...NOBODY,
    ...Object.fromEntries(rows.map(({ group, ...counts }) => [group, counts])),
  }
}

/**
 * Writes down what was seen. Of two looks at once the worse counts, and an alarm stays.
 *
 * @param finalGroups `null` while somebody's outcome is open
 */
export async function keepLook(
  database: Database,
  id: string,
  { pValue, trippedAt }: SampleRatioWatch,
  finalGroups: Groups | null,
  now: number,
): Promise<void> {
  await database.execute(sql`
    insert into ${experimentLooks} (experiment, p_value, tripped_at, looked_at, final_groups)
    values (${id}, ${pValue}::float8, ${trippedAt === null ? null : new Date(trippedAt).toISOString()}::timestamptz,
      ${momentOf(now)}, ${finalGroups === null ? null : JSON.stringify(finalGroups)}::jsonb)
    on conflict (experiment) do update set
      p_value = least(${experimentLooks.pValue}, excluded.p_value),
      tripped_at = least(${experimentLooks.trippedAt}, excluded.tripped_at),
      looked_at = greatest(${experimentLooks.lookedAt}, excluded.looked_at),
      final_groups = coalesce(${experimentLooks.finalGroups}, excluded.final_groups)`)
}

/**
 * Decisions that were drawn for people of the policy, with words of this catalogue, and that nobody
 * will click any more. Those that gave way to a model's word were seen for a moment only and are left
 * out. What was not seen at all is no click: whether it was may depend on what was chosen.
 *
 * @param limit the newest so many
 * @returns the oldest first
 */
export async function drawnDecisions(
  database: Database,
  catalogueVersion: string,
  { since, limit, now }: { since: number; limit: number; now: number },
): Promise<readonly (LoggedRecommendation & { readonly decidedAt: number })[]> {
  const rows = await database
    .select({
      decidedAt: log.decidedAt,
      tone: log.tone,
      tonePropensity: log.tonePropensity,
      action: log.action,
      actionPropensity: log.actionPropensity,
      candidates: log.candidates,
      outcome: log.outcome,
    })
    .from(log)
    .where(
      sql`${log.decidedAt} >= ${momentOf(since)}
        and ${log.decidedAt} < ${momentOf(now - STANDS_FOR_MS - REWARD_WINDOW_MS)}
        and ${log.catalogueVersion} = ${catalogueVersion} and ${log.group} = 'policy'
        and ${log.outcome} is distinct from 'void'`,
    )
    .orderBy(sql`${log.decidedAt} desc, ${log.id} desc`)
    .limit(limit)
  return rows
    .map(({ decidedAt, outcome, ...row }) => ({
      ...row,
      decidedAt: decidedAt.getTime(),
      isClicked: outcome === 'success',
    }))
    .toReversed()
}
