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
import type { ErasureReceipt } from '../../core/ports.ts'

import type { SessionOrigin } from '../../contract/messages.ts'

// What `migrations/` creates, as drizzle sees it; a test compares the two.

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

export const users = pgTable('users', {
  userId: uuid('user_id').primaryKey(),
  subjectKey: text('subject_key').notNull().unique(),
  kind: text('kind', { enum: ['email', 'wallet', 'issuer'] }).notNull(),
  email: text('email').unique(),
  walletAddress: text('wallet_address').unique(),
  issuerSubject: text('issuer_subject').unique(),
  planId: text('plan_id').notNull(),
  auth0UserId: text('auth0_user_id').unique(),
  stripeCustomerId: text('stripe_customer_id').unique(),
  fence: integer('fence').notNull(),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull().defaultNow(),
  provenAt: moment('proven_at'),
  profile: jsonb('profile').$type<Readonly<Record<string, unknown>>>().notNull().default({}),
  billingStatus: text('billing_status'),
  billingPlan: text('billing_plan'),
  billingUpdatedAt: moment('billing_updated_at'),
  billingVersion: integer('billing_version').notNull().default(0),
  ledgerCheckedAt: moment('ledger_checked_at'),
})

export const onboardingSessions = pgTable(
  'onboarding_sessions',
  {
    specId: uuid('spec_id').primaryKey(),
    /** Of an erased person: none. */
    subjectKey: text('subject_key'),
    run: integer('run').notNull(),
    status: text('status', { enum: ['pending', 'hydrating', 'merged', 'failed'] }).notNull(),
    openedAt: moment('opened_at').notNull(),
    settledAt: moment('settled_at'),
    storageBytes: integer('storage_bytes'),
    deadlineAt: moment('deadline_at').notNull(),
    dueAt: moment('due_at'),
    failureStep: text('failure_step'),
    failureKind: text('failure_kind'),
    failureDetail: text('failure_detail'),
    archivedAt: moment('archived_at'),
    invitedAt: moment('invited_at'),
    provenAt: moment('proven_at'),
    erasedAt: moment('erased_at'),
    origin: text('origin').$type<SessionOrigin>().notNull().default('sign_up'),
    runOpenedAt: moment('run_opened_at'),
    leasedAt: moment('leased_at'),
    waitedMs: integer('waited_ms').notNull().default(0),
    hydratingAt: moment('hydrating_at'),
    mergedAt: moment('merged_at'),
    reclaims: integer('reclaims').notNull().default(0),
    /** Where an unfinished session was left. */
    droppedAt: text('dropped_at'),
    activatedAt: moment('activated_at'),
  },
  (table) => [index('onboarding_sessions_subject').on(table.subjectKey)],
)

export const deploymentFacts = pgTable('deployment_facts', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
})

export const deadLetters = pgTable('dead_letters', {
  id: text('id').primaryKey(),
  source: text('source', { enum: ['run', 'message'] }).notNull(),
  fingerprint: text('fingerprint').notNull(),
  /** Of an erased person: none. */
  subjectKey: text('subject_key'),
  specId: uuid('spec_id'),
  run: integer('run'),
  step: text('step'),
  kind: text('kind'),
  detail: text('detail').notNull(),
  queue: text('queue'),
  /** Only of a message that could be read. */
  body: jsonb('body'),
  failedAt: moment('failed_at').notNull(),
  state: text('state', {
    enum: ['open', 'replaying', 'resolved', 'failed_again', 'dismissed', 'gone'],
  })
    .notNull()
    .default('open'),
  replayId: uuid('replay_id'),
  stage: integer('stage'),
  lookAt: moment('look_at'),
  settledAt: moment('settled_at'),
})

export const replays = pgTable('replays', {
  id: uuid('id').primaryKey(),
  fingerprint: text('fingerprint').notNull(),
  state: text('state', { enum: ['running', 'done', 'stopped'] }).notNull(),
  stage: integer('stage').notNull(),
  letters: integer('letters').notNull(),
  version: integer('version').notNull().default(0),
  requestedAt: moment('requested_at').notNull(),
  giveUpAt: moment('give_up_at').notNull(),
  endedAt: moment('ended_at'),
  stoppedAs: text('stopped_as', {
    enum: ['recurrence', 'other_failure', 'timed_out', 'by_operator'],
  }),
  stoppedAtLetter: text('stopped_at_letter'),
})

export const operatorActions = pgTable('operator_actions', {
  id: uuid('id').primaryKey(),
  action: text('action', {
    enum: [
      'replay',
      'stop',
      'dismiss',
      'decide_again',
      'rebuild_bandit',
      'export_person',
      'erase_person',
    ],
  }).notNull(),
  operator: text('operator').notNull(),
  reason: text('reason').notNull(),
  /** Of a group of dead letters. */
  fingerprint: text('fingerprint'),
  replayId: uuid('replay_id'),
  at: moment('at').notNull(),
  outcome: text('outcome'),
  endedAt: moment('ended_at'),
})

export const webhookEvents = pgTable(
  'webhook_events',
  {
    eventId: text('event_id').primaryKey(),
    type: text('type').notNull(),
    customerId: text('customer_id'),
    createdAt: moment('created_at').notNull(),
    receivedAt: moment('received_at').notNull(),
    state: text('state', {
      enum: ['due', 'waiting', 'applied', 'unrelated', 'foreign', 'gone', 'unclaimed'],
    }).notNull(),
    dueAt: moment('due_at').notNull(),
    looks: integer('looks').notNull().default(0),
    holder: uuid('holder'),
    doneAt: moment('done_at'),
  },
  (table) => [index('webhook_events_customer').on(table.customerId)],
)

export const ledgerFindings = pgTable(
  'ledger_findings',
  {
    kind: text('kind').notNull(),
    subjectKey: text('subject_key').notNull(),
    expected: integer('expected').notNull(),
    found: integer('found').notNull(),
    firstSeenAt: moment('first_seen_at').notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
    resolvedAt: moment('resolved_at'),
  },
  (table) => [primaryKey({ columns: [table.subjectKey, table.kind] })],
)

export const acceptances = pgTable(
  'acceptances',
  {
    flushId: uuid('flush_id').primaryKey(),
    hour: moment('hour').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [index('acceptances_hour').on(table.hour)],
)

export const erasures = pgTable('erasures', {
  id: uuid('id').primaryKey(),
  /** Only while it is under way. */
  subjectKey: text('subject_key'),
  orderedAt: moment('ordered_at').notNull(),
  completedAt: moment('completed_at'),
  /** When its object was last woken, or did something by itself. */
  seenAt: moment('seen_at').notNull(),
  /** What the other stores said, until the object has said its last word. */
  emptied: jsonb('emptied').$type<ErasureReceipt['stores']>(),
  receipt: jsonb('receipt').$type<ErasureReceipt>(),
  signature: text('signature'),
})

/** SHA-256 of ids that lead to nobody any more, so that nothing late brings them back. */
export const erasedIds = pgTable('erased_ids', {
  hash: text('hash').primaryKey(),
  erasedAt: moment('erased_at').notNull().defaultNow(),
})

export const ledgerBalance = pgTable('ledger_balance', {
  id: integer('id').primaryKey(),
  checkedAt: moment('checked_at').notNull(),
  balance: jsonb('balance').notNull(),
})
