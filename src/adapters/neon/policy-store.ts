import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { PolicyAnswer } from '../../contract/policy.ts'
import { ANSWER_VALID_MS, CLAIM_MS, HOLD_MS } from '../../core/policy/answer-limits.ts'
import type { AnswerStore, KeyedQuestion, Taken } from '../../core/policy/answer-store.ts'
import { readStored } from '../../core/policy/stored-answer.ts'
import type { Catalogue } from '../../core/recommendation/catalogue.ts'
import { isNotErased } from './behaviour-store.ts'
import type { Database } from './database.ts'
import { countLookUps, countsOf } from './policy-counts.ts'
import { settleLettersOf } from './policy-letters.ts'
import { policyAnswers as answers, policyWaiters as waiters } from './policy-schema.ts'
import { createWaiters } from './policy-waiters.ts'

/** What answers are made of and checked by; all of it is in their keys. */
export interface AnswerMeans {
  readonly model: string
  readonly promptVersion: string
  readonly catalogue: Catalogue
}

// Keys and people are sorted wherever several rows are written, so that writers which meet take their
// locks in one order.

export function createAnswerStore(database: Database, means: AnswerMeans): AnswerStore {
  const lookUp: AnswerStore['lookUp'] = (...looked) => lookUpAnswers(database, means, ...looked)
  return {
    ...createWaiters(database),
    lookUp,
    ask: (waiting, now) => ask(database, means, waiting, now),

    async release(keys, now) {
      await database
        .update(answers)
        .set({ claimedUntil: new Date(now) })
        .where(inArray(answers.key, lockedUnheld(database, keys)))
    },

    async take(question, now) {
      const askedAt = await hold(database, means, question, now)
      if (askedAt !== null) return { kind: 'taken', askedAt }
      const answer = (await lookUp([question], now, false)).get(question.key)
      return answer === undefined
        ? { kind: 'held' }
        : ({ kind: 'answered', answer } satisfies Taken)
    },

    async postpone(key, until) {
      await database
        .update(answers)
        .set({ claimedUntil: new Date(until + CLAIM_MS), heldUntil: null })
        .where(isAsked(key))
    },

    async fail(key, fault, againAt) {
      await database
        .update(answers)
        .set({ state: 'failed', fault, claimedUntil: new Date(againAt), heldUntil: null })
        .where(isAsked(key))
    },

    async answer(key, answer, now) {
      await database.batch([
        database
          .update(answers)
          .set({
            state: 'answered',
            answer,
            answeredAt: new Date(now),
            expiresAt: new Date(now + ANSWER_VALID_MS),
            heldUntil: null,
            fault: null,
          })
          .where(eq(answers.key, key)),
        settleLettersOf(database, key, now),
      ])
    },

    async countCalls(count, now) {
      await database.execute(countsOf({ hits: 0, misses: 0, calls: count }, now))
    },
  }
}

const isAsked = (key: string) => and(eq(answers.key, key), eq(answers.state, 'asked'))

/** Asked, and no consumer has begun. */
const lockedUnheld = (database: Database, keys: readonly string[]) =>
  database
    .select({ key: answers.key })
    .from(answers)
    .where(
      and(inArray(answers.key, [...keys]), eq(answers.state, 'asked'), isNull(answers.heldUntil)),
    )
    .orderBy(asc(answers.key))
    .for('update')

async function lookUpAnswers(
  database: Database,
  { catalogue, promptVersion }: AnswerMeans,
  questions: readonly KeyedQuestion[],
  now: number,
  counted: boolean,
): Promise<ReadonlyMap<string, PolicyAnswer>> {
  const byKey = new Map(questions.map(({ key, question }) => [key, question]))
  const fresh = and(
    inArray(answers.key, [...byKey.keys()]),
    eq(answers.state, 'answered'),
    gt(answers.expiresAt, new Date(now)),
  )
  const found = database
    .$with('found')
    .as(
      database
        .select({ key: answers.key, answer: answers.answer, answeredAt: answers.answeredAt })
        .from(answers)
        .where(fresh),
    )
  const keys = questions.map(({ key }) => key)
  const selected = database.with(found).select().from(found)
  const rows = counted
    ? (await database.batch([selected, database.execute(countLookUps(keys, fresh, now))]))[0]
    : await selected
  const known = new Map<string, PolicyAnswer>()
  for (const { key, answer: stored, answeredAt } of rows) {
    const question = byKey.get(key)
    const answer = question && readStored(stored, question, catalogue, promptVersion)
    if (answer) known.set(key, answer)
    // As it was read: another one may have come meanwhile.
    else if (answeredAt !== null) await throwAway(database, key, answeredAt, now)
  }
  return known
}

const NOT_SHOWABLE = 'the stored answer may not be shown'

async function throwAway(database: Database, key: string, answeredAt: Date, now: number) {
  await database
    .update(answers)
    .set({
      state: 'failed',
      fault: NOT_SHOWABLE,
      claimedUntil: new Date(now),
      answer: null,
      answeredAt: null,
      expiresAt: null,
    })
    .where(and(eq(answers.key, key), eq(answers.answeredAt, answeredAt)))
}

/**
 * One statement. It locks the row of each key, also of those that it leaves alone, until the waiters
 * are there: an answer is written before or after, and who writes one looks for waiters afterwards.
 */
async function ask(
  database: Database,
  { model, promptVersion }: AnswerMeans,
  waiting: Parameters<AnswerStore['ask']>[0],
  now: number,
): Promise<ReadonlySet<string>> {
  const told = sql`jsonb_to_recordset(${JSON.stringify(waiting)}::jsonb)
    as told (key text, person uuid, "subjectKey" text, question jsonb)`
  const at = timestamp(now)
  const { rows } = await database.execute<{ key: string }>(sql`
    with waiting as (
      insert into ${waiters} (key, person, subject_key, since)
      select distinct on (key, person) key, person, "subjectKey", ${at} from ${told}
      where ${isNotErased}
      order by key, person
      on conflict do nothing
    )
    insert into ${answers} (key, question, model, prompt_version, state, asked_at, claimed_until)
    select distinct on (key) key, question, ${model}, ${promptVersion}, 'asked', ${at},
      ${timestamp(now + CLAIM_MS)}
    from ${told} order by key
    on conflict (key) do update set
      state = 'asked', asked_at = excluded.asked_at, claimed_until = excluded.claimed_until,
      held_until = null, answer = null, answered_at = null, expires_at = null
    where ${answers.expiresAt} <= ${at}
      or ${answers.state} <> 'answered' and ${answers.claimedUntil} <= ${at}
    returning key`)
  return new Set(rows.map(({ key }) => key))
}

/** Since when it waits for an answer; `null`: it is answered, or somebody else holds it. */
async function hold(
  database: Database,
  { model, promptVersion }: AnswerMeans,
  { key, question }: KeyedQuestion,
  now: number,
): Promise<number | null> {
  const held = {
    state: 'asked' as const,
    claimedUntil: new Date(now + CLAIM_MS),
    heldUntil: new Date(now + HOLD_MS),
  }
  const [row] = await database
    .insert(answers)
    .values({ key, question, model, promptVersion, askedAt: new Date(now), ...held })
    .onConflictDoUpdate({
      target: answers.key,
      set: {
        ...held,
        askedAt: sql`case when ${answers.state} = 'asked' then ${answers.askedAt} else excluded.asked_at end`,
        answer: null,
        answeredAt: null,
        expiresAt: null,
      },
      setWhere: sql`${isNullOrPast(answers.expiresAt, now)} and ${isNullOrPast(answers.heldUntil, now)}`,
    })
    .returning({ askedAt: answers.askedAt })
  return row?.askedAt.getTime() ?? null
}

const isNullOrPast = (column: PgColumn, now: number) =>
  sql`coalesce(${column} <= ${timestamp(now)}, true)`

const timestamp = (moment: number) => sql`${new Date(moment).toISOString()}::timestamptz`
