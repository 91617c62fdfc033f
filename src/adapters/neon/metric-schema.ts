import { bigint, doublePrecision, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

// What `migrations/` keeps of counts, as drizzle sees it; a test compares the two.

export const metricCounts = pgTable('metric_counts', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  name: text('name').notNull(),
  labels: text('labels').array().notNull().default([]),
  le: doublePrecision('le'),
  slot: timestamp('slot', { withTimezone: true, mode: 'date' }).notNull(),
  count: bigint('count', { mode: 'number' }).notNull(),
  sum: doublePrecision('sum').notNull().default(0),
})
