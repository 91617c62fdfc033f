import { and, eq, sql } from 'drizzle-orm'
import type { OperatorRequest } from '../../contract/admin.ts'
import { QuestionMessage } from '../../contract/question-message.ts'
import { CLAIM_MS } from '../../core/policy/answer-limits.ts'
import type { Database } from './database.ts'
import { POLICY_DEAD } from './policy-letters.ts'
import { policyAnswers as answers } from './policy-schema.ts'
import { deadLetters as letters, operatorActions as actions } from './schema.ts'

/** A question that could not be answered; `null`: there is no such letter, or it cannot be read. */
export async function questionOfLetter(
  database: Database,
  letter: string,
): Promise<QuestionMessage | null> {
  const [row] = await database
    .select({ body: letters.body })
    .from(letters)
    .where(and(eq(letters.id, letter), eq(letters.queue, POLICY_DEAD)))
  return QuestionMessage.safeParse(row?.body).data ?? null
}

/** What an operator has begun. */
export interface DecidingAgain {
  readonly letter: string
  /** Of the line in the audit. */
  readonly action: string
}

/**
 * Takes an open letter for another try, with its line in the audit, in one statement: whoever asks for
 * it twice gets it once.
 *
 * @param question under the key of today's prompt and model
 * @returns `null`: it is not open
 */
export async function beginAgain(
  database: Database,
  letter: string,
  question: QuestionMessage,
  by: OperatorRequest & { readonly model: string; readonly promptVersion: string },
  now: number,
): Promise<DecidingAgain | null> {
  const action = crypto.randomUUID()
  const at = sql`${new Date(now).toISOString()}::timestamptz`
  const until = sql`${new Date(now + CLAIM_MS).toISOString()}::timestamptz`
  const { rows } = await database.execute(sql`
    with taken as (
      update ${letters}
      set state = 'replaying', body = ${JSON.stringify(question)}::jsonb
      where id = ${letter} and queue = ${POLICY_DEAD} and state = 'open'
      returning id, fingerprint
    ), claimed as (
      insert into ${answers}
        (key, question, model, prompt_version, state, asked_at, claimed_until)
      select ${question.key}, ${JSON.stringify(question.question)}::jsonb, ${by.model},
        ${by.promptVersion}, 'asked', ${at}, ${until}
      from taken
      on conflict (key) do update set
        state = 'asked', asked_at = excluded.asked_at, claimed_until = excluded.claimed_until,
        held_until = null, answer = null, answered_at = null, expires_at = null
      where ${answers.state} <> 'answered' or ${answers.expiresAt} <= ${at}
    )
    insert into ${actions} (id, action, operator, reason, fingerprint, at)
    select ${action}::uuid, 'decide_again', ${by.operator}, ${by.reason}, fingerprint, ${at}
    from taken
    returning id`)
  return rows.length === 0 ? null : { letter, action }
}

/** Whether the question is on its way. If that is never said, the letter is opened again later. */
export async function endAgain(
  database: Database,
  { letter, action }: DecidingAgain,
  isSent: boolean,
  now: number,
): Promise<void> {
  const outcome = isSent ? `sent again: ${letter}` : `not sent: ${letter}`
  const audited = database
    .update(actions)
    .set({ outcome, endedAt: new Date(now) })
    .where(eq(actions.id, action))
  if (isSent) return void (await audited)
  await database.batch([
    audited,
    database
      .update(letters)
      .set({ state: 'open' })
      .where(and(eq(letters.id, letter), eq(letters.state, 'replaying'))),
  ])
}
