import type { DeadLetterStore } from '../../core/ports.ts'
import type { Database } from './database.ts'
import { deadLetters } from './schema.ts'

export function createDeadLetterStore(database: Database): DeadLetterStore {
  return {
    async keep(letters) {
      await database
        .insert(deadLetters)
        .values(letters.map((letter) => ({ ...letter, receivedAt: new Date(letter.receivedAt) })))
        .onConflictDoNothing()
    },
  }
}
