import type { IndexedSession } from '../../../src/core/ports.ts'

/** A session that the index has not seen, of a subject that nothing else knows. */
export const indexedSession = (change: Partial<IndexedSession> = {}): IndexedSession => ({
  specId: crypto.randomUUID(),
  run: 1,
  openedAt: Date.now(),
  subjectKey: `key-${crypto.randomUUID()}`,
  status: 'pending',
  deadlineAt: Date.UTC(2100, 0),
  // So late that no sweep of another test takes it.
  dueAt: Date.UTC(2100, 0),
  failure: null,
  evicted: false,
  archivedAt: null,
  invitedAt: null,
  provenAt: null,
  ...change,
})
