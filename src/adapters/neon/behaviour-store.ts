import { asc, eq, inArray, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { DecisionRecord, JourneyRecord } from '../../contract/behaviour-rpc.ts'
import type { StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { BehaviourStore, OwnedEvent, SeenExperiment } from '../../core/behaviour/store.ts'
import { behaviorEvents, experiments, recommendations, userJourneys } from './behaviour-schema.ts'
import { type Database, databaseFailure } from './database.ts'
import { policyWaiters } from './policy-schema.ts'
import { onboardingSessions as sessions } from './schema.ts'
import { columnsOf, toldColumns, toldRecords } from './told-rows.ts'

// Rows are sorted by key, so that writers which meet take their locks in one order.

export function createBehaviourStore(database: Database): BehaviourStore {
  return {
    keepEvents: (events) => attempt(keepEvents(database, events)),
    keepUntold: ({ journeys, decisions }, experiment) =>
      attempt(
        database.batch([
          markActivated(database, journeys),
          keepJourneys(database, journeys),
          keepDecisions(database, decisions),
          keepExperiment(database, experiment, [...journeys, ...decisions]),
        ]),
      ),
  }
}

async function attempt(work: PromiseLike<unknown>): Promise<Result<null, StepFailure>> {
  try {
    await work
    return ok(null)
  } catch (error) {
    return fail(databaseFailure(error))
  }
}

/**
 * What is told of somebody after their erasure was under way before, or comes from a stray message. Of
 * who was kept long enough the index knows it, of who wanted to go a hash of their ids.
 */
export const isNotErased = sql`not exists (
  select 1 from ${sessions}
  where ${sessions.specId} = told.person and ${sessions.erasedAt} is not null)
  and not is_erased(told.person::text)`

const keepEvents = (database: Database, events: readonly OwnedEvent[]) =>
  database.execute(sql`
    insert into ${behaviorEvents} (${columnsOf(behaviorEvents)})
    select ${columnsOf(behaviorEvents)} from ${toldColumns(behaviorEvents, events.map(eventRow))}
    where ${isNotErased}
    order by person, event_id collate "C"
    on conflict do nothing`)

const eventRow = (event: OwnedEvent): typeof behaviorEvents.$inferInsert => ({
  ...event,
  at: new Date(event.at),
  receivedAt: new Date(event.receivedAt),
})

const keepJourneys = (database: Database, journeys: readonly JourneyRecord[]) =>
  database.execute(sql`
    insert into ${userJourneys} (${columnsOf(userJourneys)})
    select distinct on (person) ${columnsOf(userJourneys)}
    from ${toldRecords(userJourneys, journeys.map(journeyRow))}
    where ${isNotErased}
    order by person, version desc
    on conflict (person) do update set
      version = excluded.version,
      attached_to = excluded.attached_to,
      experiment = excluded.experiment,
      experiment_group = excluded.experiment_group,
      started_at = excluded.started_at,
      activated_at = excluded.activated_at,
      completed_actions = excluded.completed_actions,
      last_error = excluded.last_error,
      plan = excluded.plan
    where ${userJourneys.version} < excluded.version`)

const journeyRow = (journey: JourneyRecord): typeof userJourneys.$inferInsert => ({
  ...journey,
  startedAt: new Date(journey.startedAt),
  activatedAt: dateOf(journey.activatedAt),
  completedActions: [...journey.completedActions],
})

/**
 * Notes with one session of each person that they are activated: a proven one if there is, and of those
 * the oldest. In the transaction of the journeys, and before their rows are locked, as an erasure does.
 */
const markActivated = (database: Database, journeys: readonly JourneyRecord[]) =>
  database.execute(sql`
    with told as (
      select subject_key, min(activated_at) as activated_at
      from ${toldRecords(userJourneys, journeys.map(journeyRow))}
      where activated_at is not null and not exists (
        select 1 from ${sessions}
        where ${sessions.subjectKey} = told.subject_key and ${sessions.activatedAt} is not null)
      group by subject_key
    ), theirs as (
      select ${sessions.specId}, ${sessions.subjectKey}, ${sessions.openedAt}, ${sessions.provenAt},
        ${sessions.activatedAt} as marked_at, told.activated_at
      from ${sessions} join told on told.subject_key = ${sessions.subjectKey}
      order by ${sessions.specId} for update of ${sessions}
    ), chosen as (
      select distinct on (subject_key) spec_id, activated_at from theirs
      where subject_key not in (select subject_key from theirs where marked_at is not null)
      order by subject_key, proven_at is null, opened_at, spec_id
    )
    update ${sessions} set activated_at = chosen.activated_at
    from chosen where ${sessions.specId} = chosen.spec_id`)

/** What became of a decision. */
const { exposedAt, clickedAt, dismissedAt, convertedAt, supersededAt } = recommendations
const outcomes: readonly PgColumn[] = [exposedAt, clickedAt, dismissedAt, convertedAt, supersededAt]

/** In the order of `outcomes`. */
const kept = sql.join([...outcomes], sql`, `)
const earliest = sql.join(
  outcomes.map((moment) => sql`least(${moment}, excluded.${sql.identifier(moment.name)})`),
  sql`, `,
)

/** Of a decision that was told several times at once: what the newest says, and the earliest of each outcome. */
const keepDecisions = (database: Database, decisions: readonly DecisionRecord[]) =>
  database.execute(sql`
    insert into ${recommendations} (${columnsOf(recommendations)})
    select distinct on (id) ${columnsOf(recommendations, (column) =>
      outcomes.includes(column) ? sql`min(${sql.identifier(column.name)}) over same` : undefined,
    )}
    from ${toldRecords(recommendations, decisions.map(decisionRow))}
    where ${isNotErased}
    window same as (partition by id)
    order by id, version desc
    on conflict (id) do update set
      -- What was unlinked by an erasure stays so.
      person = case
        when ${recommendations.subjectKey} is null then null
        when excluded.version > ${recommendations.version} then excluded.person
        else ${recommendations.person}
      end,
      version = greatest(${recommendations.version}, excluded.version),
      (${sql.join(
        outcomes.map(({ name }) => sql.identifier(name)),
        sql`, `,
      )}) = row(${earliest})
    where excluded.version > ${recommendations.version} or (${kept}) is distinct from (${earliest})`)

const decisionRow = (decision: DecisionRecord): typeof recommendations.$inferInsert => ({
  ...decision,
  candidates: [...decision.candidates],
  decidedAt: new Date(decision.decidedAt),
  promptedAt: dateOf(decision.promptedAt ?? null),
  exposedAt: dateOf(decision.exposedAt),
  clickedAt: dateOf(decision.clickedAt),
  dismissedAt: dateOf(decision.dismissedAt),
  convertedAt: dateOf(decision.convertedAt),
  supersededAt: dateOf(decision.supersededAt),
})

/** Once somebody belongs to it. */
const keepExperiment = (
  database: Database,
  { id, holdoutPercent, baselinePercent, seenAt }: SeenExperiment,
  records: readonly { readonly experiment: string }[],
) =>
  database.execute(sql`
    insert into ${experiments} (${columnsOf(experiments)})
    select ${id}, ${holdoutPercent}::float8, ${baselinePercent}::float8, ${new Date(seenAt).toISOString()}::timestamptz
    where ${records.some(({ experiment }) => experiment === id)}::boolean
    on conflict do nothing`)

/**
 * For the transaction of an erasure: events and journeys go, and nobody waits for an answer any more;
 * decisions still count, and are nobody's.
 */
export const eraseBehaviour = (database: Database, key: string) =>
  [
    database.delete(behaviorEvents).where(eq(behaviorEvents.subjectKey, key)),
    database
      .delete(userJourneys)
      .where(
        inArray(
          userJourneys.person,
          database
            .select({ person: userJourneys.person })
            .from(userJourneys)
            .where(eq(userJourneys.subjectKey, key))
            .orderBy(asc(userJourneys.person))
            .for('update'),
        ),
      ),
    database
      .update(recommendations)
      .set({ person: null, subjectKey: null, text: null })
      .where(
        inArray(
          recommendations.id,
          database
            .select({ id: recommendations.id })
            .from(recommendations)
            .where(eq(recommendations.subjectKey, key))
            .orderBy(asc(recommendations.id))
            .for('update'),
        ),
      ),
    database
      .delete(policyWaiters)
      .where(
        inArray(
          policyWaiters.person,
          database
            .select({ person: policyWaiters.person })
            .from(policyWaiters)
            .where(eq(policyWaiters.subjectKey, key))
            .orderBy(asc(policyWaiters.key), asc(policyWaiters.person))
            .for('update'),
        ),
      ),
  ] as const

const dateOf = (moment: number | null): Date | null => (moment === null ? null : new Date(moment))
