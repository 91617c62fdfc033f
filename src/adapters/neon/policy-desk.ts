import { type SQL, and, asc, count, eq, gt, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { LetterPage } from '../../contract/admin.ts'
import { type QuestionLetterView, type PolicyReport } from '../../contract/policy-admin.ts'
import { QuestionMessage } from '../../contract/question-message.ts'
import type { Database } from './database.ts'
import { POLICY_DEAD } from './policy-letters.ts'
import { policyAnswers as answers, policyCounts as counts, policyWaiters } from './policy-schema.ts'
import { deadLetters as letters } from './schema.ts'

const DAY_MS = 86_400_000

// What operators read of questions and answers. Each function throws when the database cannot.

/** A page, the oldest first; `next` is where the following one begins. */
export async function listQuestionLetters(
  database: Database,
  { limit, after, state }: LetterPage,
): Promise<{ readonly letters: readonly QuestionLetterView[]; readonly next: string | null }> {
  const rows = await database
    .select({
      id: letters.id,
      body: letters.body,
      detail: letters.detail,
      fingerprint: letters.fingerprint,
      state: letters.state,
      failedAt: milliseconds(letters.failedAt),
      settledAt: sql<number | null>`${milliseconds(letters.settledAt)}`,
    })
    .from(letters)
    .where(
      and(
        eq(letters.queue, POLICY_DEAD),
        state === undefined ? undefined : eq(letters.state, state),
        after === undefined
          ? undefined
          : sql`(${letters.failedAt}, ${letters.id}) > (
              select last.failed_at, last.id from ${letters} last where last.id = ${after})`,
      ),
    )
    .orderBy(asc(letters.failedAt), asc(letters.id))
    .limit(limit)
  return {
    letters: rows.map(({ body, ...row }) => {
      const message = QuestionMessage.safeParse(body).data
      return { ...row, key: message?.key ?? null, question: message?.question ?? null }
    }),
    next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
  }
}

/** How the answers stand, and how often one was there already. */
export async function reportOnAnswers(
  database: Database,
  now: number,
): Promise<Omit<PolicyReport, 'model' | 'promptVersion'>> {
  const [[stand], [waiting], [day]] = await database.batch([
    database
      .select({
        kept: countOf(
          sql`${answers.state} = 'answered' and ${answers.expiresAt} > ${timestamp(now)}`,
        ),
        asked: countOf(eq(answers.state, 'asked')),
        failed: countOf(eq(answers.state, 'failed')),
      })
      .from(answers),
    database.select({ people: count() }).from(policyWaiters),
    database
      .select({
        hits: total(counts.hits),
        misses: total(counts.misses),
        calls: total(counts.calls),
      })
      .from(counts)
      .where(gt(counts.hour, new Date(now - DAY_MS))),
  ])
  const { hits, misses, calls } = day ?? { hits: 0, misses: 0, calls: 0 }
  return {
    answers: stand ?? { kept: 0, asked: 0, failed: 0 },
    waiting: waiting?.people ?? 0,
    lastDay: { hits, misses, calls, hitRate: hits + misses === 0 ? null : hits / (hits + misses) },
  }
}

const countOf = (condition: SQL) => sql<number>`(count(*) filter (where ${condition}))::int`

const total = (column: PgColumn) => sql<number>`coalesce(sum(${column}), 0)::int`

const timestamp = (moment: number) => sql`${new Date(moment).toISOString()}::timestamptz`

const milliseconds = (moment: PgColumn) =>
  sql<number>`(extract(epoch from ${moment}) * 1000)::float8`
