import {
  date,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import type { Tone } from '../../contract/recommendation.ts'

// What `migrations/` keeps of what was learned, as drizzle sees it; a test compares the two.

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

export const banditArms = pgTable(
  'bandit_arms',
  {
    version: text('version').notNull(),
    segment: text('segment').notNull(),
    tone: text('tone').$type<Tone>().notNull(),
    day: date('day').notNull(),
    successes: integer('successes').notNull(),
    failures: integer('failures').notNull(),
  },
  (table) => [primaryKey({ columns: [table.version, table.segment, table.tone, table.day] })],
)

export const experimentLooks = pgTable('experiment_looks', {
  experiment: text('experiment').primaryKey(),
  pValue: doublePrecision('p_value').notNull(),
  trippedAt: moment('tripped_at'),
  lookedAt: moment('looked_at').notNull(),
  finalGroups: jsonb('final_groups'),
})
