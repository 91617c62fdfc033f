import { sql } from 'drizzle-orm'
import {
  date,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import type { EventType } from '../../contract/behaviour.ts'
import type { Group, Source, Tone, UiComponent } from '../../contract/recommendation.ts'

// What `migrations/` keeps of behaviour, as drizzle sees it; a test compares the two.

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
const experimentGroup = () => text('experiment_group').$type<Group>().notNull()

export const behaviorEvents = pgTable(
  'behavior_events',
  {
    person: uuid('person').notNull(),
    eventId: text('event_id').notNull(),
    subjectKey: text('subject_key').notNull(),
    sessionId: text('session_id').notNull(),
    type: text('type').$type<EventType>().notNull(),
    at: moment('at').notNull(),
    receivedAt: moment('received_at').notNull(),
    path: text('path'),
    target: text('target'),
    error: text('error'),
    dropped: integer('dropped').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.person, table.eventId] }),
    index('behavior_events_subject').on(table.subjectKey),
  ],
)

export const userJourneys = pgTable(
  'user_journeys',
  {
    person: uuid('person').primaryKey(),
    subjectKey: text('subject_key').notNull(),
    version: integer('version').notNull(),
    attachedTo: uuid('attached_to'),
    experiment: text('experiment').notNull(),
    group: experimentGroup(),
    startedAt: moment('started_at').notNull(),
    activatedAt: moment('activated_at'),
    completedActions: text('completed_actions').array().notNull(),
    lastError: text('last_error'),
    plan: text('plan').notNull(),
  },
  (table) => [
    index('user_journeys_subject').on(table.subjectKey),
    index('user_journeys_group').on(table.experiment, table.group),
  ],
)

export const recommendations = pgTable(
  'recommendations',
  {
    id: uuid('id').primaryKey(),
    /** Of an erased person: none, nor the two below. */
    person: uuid('person'),
    subjectKey: text('subject_key'),
    text: text('text'),
    version: integer('version').notNull(),
    decidedAt: moment('decided_at').notNull(),
    promptedAt: moment('prompted_at'),
    experiment: text('experiment').notNull(),
    group: experimentGroup(),
    action: text('action').notNull(),
    component: text('component').$type<UiComponent>().notNull(),
    confidence: doublePrecision('confidence').notNull(),
    source: text('source').$type<Source>().notNull(),
    tone: text('tone').$type<Tone>().notNull(),
    tonePropensity: doublePrecision('tone_propensity').notNull(),
    actionPropensity: doublePrecision('action_propensity').notNull(),
    candidates: text('candidates').array().notNull(),
    segment: text('segment').notNull(),
    promptVersion: text('prompt_version').notNull(),
    catalogueVersion: text('catalogue_version').notNull(),
    validationHash: text('validation_hash').notNull(),
    exposedAt: moment('exposed_at'),
    clickedAt: moment('clicked_at'),
    dismissedAt: moment('dismissed_at'),
    convertedAt: moment('converted_at'),
    supersededAt: moment('superseded_at'),
    /** How the migration says; `null`: open, or a failure once 24 hours have passed. */
    outcome: text('outcome', { enum: ['success', 'void'] }).generatedAlwaysAs(sql`null`),
    /** As what, and under which day, it is in `bandit_arms`. */
    countedAs: text('counted_as', { enum: ['success', 'failure'] }),
    countedOn: date('counted_on'),
  },
  (table) => [
    index('recommendations_subject').on(table.subjectKey),
    index('recommendations_decided').on(table.decidedAt),
    index('recommendations_open').on(table.catalogueVersion, table.promptVersion, table.exposedAt),
    index('recommendations_answered').on(table.catalogueVersion, table.promptVersion),
  ],
)

export const experiments = pgTable(
  'experiments',
  {
    id: text('id').notNull(),
    holdoutPercent: doublePrecision('holdout_percent').notNull(),
    baselinePercent: doublePrecision('baseline_percent').notNull(),
    firstSeenAt: moment('first_seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.id, table.holdoutPercent, table.baselinePercent] })],
)
