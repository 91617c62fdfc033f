import { sql } from 'drizzle-orm'
import type { ArmDay, HashDay } from '../../contract/learning.ts'
import type { Tone } from '../../contract/recommendation.ts'
import type { WordsInUse } from '../../core/recommendation/words-in-use.ts'
import { recommendations as log } from './behaviour-schema.ts'
import type { Database } from './database.ts'
import { banditArms } from './learning-schema.ts'
import { isInUse, momentOf, texts } from './log-sql.ts'

// How what was learned came about, day by day, in UTC. All throw when the database cannot.

const decidedOn = sql`(${log.decidedAt} at time zone 'UTC')::date`

/**
 * How often each tone was drawn, and what came of it: draws by the day of the decision, outcomes by
 * the day on which it was seen.
 *
 * @param since epoch milliseconds
 */
export async function armDays(
  database: Database,
  words: WordsInUse,
  since: number,
): Promise<readonly ArmDay[]> {
  const { rows } = await database.execute<
    { day: string; tone: Tone } & Record<string, unknown>
  >(sql`
    with told as (
      select ${decidedOn} as day, tone, count(*) as drawn, 0 as successes, 0 as failures
      from ${log}
      where ${isInUse(words)} and ${log.decidedAt} >= ${momentOf(since)} and ${log.tonePropensity} < 1
      group by 1, 2
      union all
      select day, tone, 0, sum(successes), sum(failures) from ${banditArms}
      where version = any(${texts(words.versions)}) and day >= (${momentOf(since)} at time zone 'UTC')::date
      group by 1, 2
    )
    select day::text, tone, sum(drawn)::int as drawn, sum(successes)::int as successes,
      sum(failures)::int as failures
    from told group by 1, 2 order by 1, 2`)
  return rows.map(({ day, tone, drawn, successes, failures }) => ({
    day,
    tone,
    drawn: Number(drawn),
    successes: Number(successes),
    failures: Number(failures),
  }))
}

/** In one answer: a few prompts a day for as long as is looked back. */
const HASH_DAYS_MAX = 200

/**
 * What was said to people, by prompt: how many different texts, by their validation hash, and how many
 * of these nobody had been shown before within the time that is looked at.
 *
 * @param since epoch milliseconds
 */
export async function hashDays(database: Database, since: number): Promise<readonly HashDay[]> {
  const { rows } = await database.execute<
    Pick<HashDay, 'day' | 'promptVersion'> & Record<string, unknown>
  >(sql`
    with said as (
      select ${decidedOn} as day, ${log.promptVersion} as prompt, ${log.validationHash} as hash,
        count(*) as decisions
      from ${log} where ${log.decidedAt} >= ${momentOf(since)}
      group by 1, 2, 3
    ), aged as (
      select *, day = min(day) over (partition by prompt, hash) as is_new from said
    )
    select day::text, prompt as "promptVersion", sum(decisions)::int as decisions,
      count(*)::int as hashes, (count(*) filter (where is_new))::int as fresh
    from aged group by 1, 2 order by 1 desc, 2 limit ${HASH_DAYS_MAX}`)
  return rows.map(({ day, promptVersion, decisions, hashes, fresh }) => ({
    day,
    promptVersion,
    decisions: Number(decisions),
    hashes: Number(hashes),
    fresh: Number(fresh),
  }))
}
