import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { fingerprintOfMessage } from '../../core/dead-letters/fingerprint.ts'
import type { DeadLetterStore } from '../../core/ports.ts'
import type { Database } from './database.ts'
import { deadLetters } from './schema.ts'

/** Every message of ours names the subject it is about. */
const Readable = z.object({ key: z.string() })

/** Messages that no consumer could work off. The letters of failed runs are the index's to write. */
export function createDeadLetterStore(database: Database): DeadLetterStore {
  return {
    async keep(letters) {
      await database
        .insert(deadLetters)
        .values(
          letters.map(({ id, queue, body, reason, receivedAt }) => ({
            id,
            source: 'message' as const,
            fingerprint: fingerprintOfMessage(queue, reason),
            subjectKey: Readable.safeParse(body).data?.key ?? null,
            detail: reason,
            queue,
            body,
            failedAt: new Date(receivedAt),
          })),
        )
        .onConflictDoNothing()
    },
  }
}

/**
 * Whether a message's letter can be replayed: a wake-up, which alone names sessions. Events could be, by
 * sending them to their queue again.
 */
export const isWakeUp = sql`(${deadLetters.body} -> 'sessions' is not null)`
