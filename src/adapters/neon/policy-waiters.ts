import { and, asc, eq, gt, inArray } from 'drizzle-orm'
import type { AnswerStore } from '../../core/policy/answer-store.ts'
import type { Database } from './database.ts'
import { policyWaiters as waiters } from './policy-schema.ts'

export const createWaiters = (database: Database): Pick<AnswerStore, 'waiters' | 'forget'> => ({
  waiters: (key, after, limit) =>
    database
      .select({ person: waiters.person, subjectKey: waiters.subjectKey })
      .from(waiters)
      .where(and(eq(waiters.key, key), after === null ? undefined : gt(waiters.person, after)))
      .orderBy(asc(waiters.person))
      .limit(limit),

  async forget(key, told) {
    const people = told.map(({ person }) => person)
    const locked = database
      .select({ person: waiters.person })
      .from(waiters)
      .where(and(eq(waiters.key, key), inArray(waiters.person, people)))
      .orderBy(asc(waiters.person))
      .for('update')
    await database.delete(waiters).where(and(eq(waiters.key, key), inArray(waiters.person, locked)))
  },
})
