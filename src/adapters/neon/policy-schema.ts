import {
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'

// What `migrations/` keeps of questions and answers, as drizzle sees it; a test compares the two.

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

export const policyAnswers = pgTable('policy_answers', {
  key: text('key').primaryKey(),
  question: jsonb('question').notNull(),
  model: text('model').notNull(),
  promptVersion: text('prompt_version').notNull(),
  state: text('state', { enum: ['asked', 'answered', 'failed'] }).notNull(),
  askedAt: moment('asked_at').notNull(),
  claimedUntil: moment('claimed_until').notNull(),
  heldUntil: moment('held_until'),
  answer: jsonb('answer'),
  answeredAt: moment('answered_at'),
  expiresAt: moment('expires_at'),
  fault: text('fault'),
})

export const policyWaiters = pgTable(
  'policy_waiters',
  {
    key: text('key').notNull(),
    person: uuid('person').notNull(),
    subjectKey: text('subject_key').notNull(),
    since: moment('since').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.key, table.person] }),
    index('policy_waiters_subject').on(table.subjectKey),
    index('policy_waiters_since').on(table.since),
  ],
)

export const policyCounts = pgTable(
  'policy_counts',
  {
    hour: moment('hour').notNull(),
    shard: integer('shard').notNull(),
    hits: integer('hits').notNull(),
    misses: integer('misses').notNull(),
    calls: integer('calls').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hour, table.shard] })],
)
