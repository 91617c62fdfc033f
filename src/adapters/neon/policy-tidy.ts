import { and, asc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import { ANSWER_KEPT_MS, COUNTS_KEPT_MS, WAITER_KEPT_MS } from '../../core/policy/answer-limits.ts'
import { PolicyQuestion } from '../../contract/policy.ts'
import type { KeyedQuestion } from '../../core/policy/answer-store.ts'
import type { Database } from './database.ts'
import {
  policyAnswers as answers,
  policyCounts,
  policyWaiters as waiters,
} from './policy-schema.ts'

/** Who is still waiting a minute after registering, while the answer is there, was left out. */
const LEFT_OUT_MS = 60_000

/** Questions that are answered, and not everybody who waits was told. */
export async function answeredWithWaiters(
  database: Database,
  now: number,
  limit: number,
): Promise<readonly KeyedQuestion[]> {
  const rows = await database
    .select({ key: answers.key, question: answers.question })
    .from(waiters)
    .innerJoin(answers, eq(answers.key, waiters.key))
    .where(
      and(
        lt(waiters.since, new Date(now - LEFT_OUT_MS)),
        eq(answers.state, 'answered'),
        gt(answers.expiresAt, new Date(now)),
      ),
    )
    .groupBy(answers.key)
    // Objects that never answer must not hold back everybody else.
    .orderBy(sql`random()`)
    .limit(limit)
  return rows.flatMap(({ key, question }) => {
    const parsed = PolicyQuestion.safeParse(question)
    return parsed.success ? [{ key, question: parsed.data }] : []
  })
}

/** Forgets what nobody will need: old answers, old counts, and who waited in vain for a day. */
export async function tidyAnswers(database: Database, now: number): Promise<void> {
  const before = (ms: number) => new Date(now - ms)
  const unneeded = database
    .select({ key: answers.key })
    .from(answers)
    .where(
      and(
        lt(answers.claimedUntil, before(ANSWER_KEPT_MS)),
        sql`coalesce(${answers.expiresAt}, ${answers.claimedUntil}) < ${before(ANSWER_KEPT_MS).toISOString()}::timestamptz`,
      ),
    )
    .orderBy(asc(answers.key))
    .for('update', { skipLocked: true })
  await database.batch([
    database.delete(waiters).where(
      inArray(
        sql`(${waiters.key}, ${waiters.person})`,
        database
          .select({ key: waiters.key, person: waiters.person })
          .from(waiters)
          .where(lt(waiters.since, before(WAITER_KEPT_MS)))
          .orderBy(asc(waiters.key), asc(waiters.person))
          .for('update', { skipLocked: true }),
      ),
    ),
    database.delete(answers).where(inArray(answers.key, unneeded)),
    database.delete(policyCounts).where(lt(policyCounts.hour, before(COUNTS_KEPT_MS))),
  ])
}
