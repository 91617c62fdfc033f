import { type SQL, and, asc, eq, inArray, isNull, ne, notInArray, sql } from 'drizzle-orm'
import type { QuestionMessage } from '../../contract/question-message.ts'
import { fingerprintOfMessage } from '../../core/dead-letters/fingerprint.ts'
import type { Database } from './database.ts'
import { policyAnswers as answers } from './policy-schema.ts'
import { deadLetters as letters } from './schema.ts'

/** Also in the index of migration 0013. */
export const POLICY_DEAD = 'foyer-policy-dead'

const NO_FAULT = 'the question was given up'
const UNREADABLE = 'the message could not be read'

/** A question that nobody could get answered. */
export interface QuestionLetter {
  /** Of the message. */
  readonly id: string
  /** `null`: it could not be read, and is not copied. */
  readonly body: QuestionMessage | null
  /** Epoch milliseconds. */
  readonly failedAt: number
}

/**
 * Once each; why is what the table of answers knows. A question has one letter that is not settled: the
 * one before failed again. Throws when the database cannot.
 */
export async function keepQuestionLetters(
  database: Database,
  given: readonly QuestionLetter[],
  now: number,
): Promise<void> {
  const keys = given.flatMap(({ body }) => body?.key ?? [])
  const faults = await database
    .select({ key: answers.key, fault: answers.fault })
    .from(answers)
    .where(inArray(answers.key, keys))
  const faultOf = new Map(faults.map(({ key, fault }) => [key, fault]))
  const rows = given.map(({ id, body, failedAt }) => {
    const detail = body === null ? UNREADABLE : (faultOf.get(body.key) ?? NO_FAULT)
    return {
      id,
      source: 'message' as const,
      fingerprint: fingerprintOfMessage(POLICY_DEAD, detail),
      subjectKey: null,
      detail,
      queue: POLICY_DEAD,
      body,
      failedAt: new Date(failedAt),
    }
  })
  const ids = given.map(({ id }) => id)
  await database.batch([
    database.insert(letters).values(rows).onConflictDoNothing(),
    settled(database, and(ofQuestions(keys), notInArray(letters.id, ids)), 'failed_again', now),
  ])
}

/** The question is answered, whoever asked again. */
export const settleLettersOf = (database: Database, key: string, now: number) =>
  settled(database, ofQuestions([key]), 'resolved', now)

const ofQuestions = (keys: readonly string[]): SQL | undefined =>
  and(
    // Spelled out, as in the index: with a parameter it would not be used.
    sql`${letters.queue} = ${sql.raw(`'${POLICY_DEAD}'`)}`,
    sql`${letters.body} ->> 'key' = any(${sql.param(keys)}::text[])`,
    isNull(letters.settledAt),
  )

function settled(
  database: Database,
  which: SQL | undefined,
  state: 'resolved' | 'failed_again',
  now: number,
) {
  return database
    .update(letters)
    .set({ state, settledAt: new Date(now) })
    .where(inArray(letters.id, locked(database, which)))
}

/** In the order in which everybody locks letters. */
const locked = (database: Database, which: SQL | undefined) =>
  database
    .select({ id: letters.id })
    .from(letters)
    .where(which)
    .orderBy(asc(letters.failedAt), asc(letters.id))
    .for('update')

/** Of questions that were asked again and of which nothing came: an operator may ask once more. */
export async function reopenQuestionLetters(database: Database, now: number): Promise<void> {
  const underWay = database
    .select({ key: answers.key })
    .from(answers)
    .where(
      and(
        sql`${answers.key} = ${letters.body} ->> 'key'`,
        eq(answers.state, 'asked'),
        sql`${answers.claimedUntil} > ${new Date(now).toISOString()}::timestamptz`,
      ),
    )
  const lost = and(
    eq(letters.queue, POLICY_DEAD),
    eq(letters.state, 'replaying'),
    ne(letters.source, 'run'),
    sql`not exists (${underWay})`,
  )
  await database
    .update(letters)
    .set({ state: 'open' })
    .where(inArray(letters.id, locked(database, lost)))
}
