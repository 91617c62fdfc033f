import { WakeMessage } from '../../contract/messages.ts'
import { fingerprintOfMessage } from '../../core/dead-letters/fingerprint.ts'
import type { DeadLetterStore } from '../../core/ports.ts'
import type { Database } from './database.ts'
import { deadLetters } from './schema.ts'

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
            subjectKey: WakeMessage.safeParse(body).data?.key ?? null,
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
