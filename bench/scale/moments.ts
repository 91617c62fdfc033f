import { type Counts, type Shared, counts } from './counts.ts'

/**
 * What the code does at each moment of somebody's life: counted in workerd, with every call, row, alarm,
 * message and statement of the real Worker seen, on the day below. The unit test takes the same moments
 * through the production decider and compares. Of full batches only that of 25 sign-ups was counted; the
 * others follow from what is done once for a batch.
 */
export interface Moment {
  /** Where it happens. */
  readonly code: string
  /** Whose batches share what is shared. */
  readonly queue: Queue
  readonly counts: Counts
}

export type Queue = 'hydration' | 'behaviour' | 'questions'

/** Messages of a full batch, as in wrangler.toml. */
export const BATCH_MAX: Readonly<Record<Queue, number>> = {
  hydration: 25,
  behaviour: 100,
  questions: 5,
}

export const MEASURED_ON = '2026-11-21'

export const MOMENT_NAMES = [
  'signUp',
  'hydration',
  'pageLoad',
  'firstRecommendation',
  'draft',
  'tokenRenewal',
  'eventsCall',
  'tellingAlarm',
  'feedback',
  'question',
  'modelCall',
  'claim',
  'unfinished',
  'erasure',
] as const
export type MomentName = (typeof MOMENT_NAMES)[number]

const inBatch = (alone: number, inFullBatch: number): Shared => ({ alone, inFullBatch })
/** Once for a batch, whoever is in it. */
const oncePerBatch = (times: number): Shared => inBatch(times, times / BATCH_MAX.behaviour)

/** Bytes of an object's SQLite file and of Postgres with its indexes, measured. */
export const STORED_BYTES = {
  /** A sign-up that did nothing else; SQLite counts in pages of 4,096. */
  objectAfterRun: 12_288,
  /** With a journey and recommendations. */
  objectAfterVisit: 24_576,
  sessionRow: 593,
  userRow: 614,
  eventRow: 421,
  journeyRow: 343,
  decisionRow: 551,
} as const

/** Of a message in JSON, measured: a report of so many events with page and element. */
export const MESSAGE_BYTES = { hydration: 273, eventsOfOne: 396, eventsOfHundred: 19_206 } as const

export const MOMENTS: Readonly<Record<MomentName, Moment>> = {
  signUp: {
    code: 'src/http/onboarding.ts, durable-objects/subject.ts',
    queue: 'hydration',
    // The table is two rows, the entry and the alarm one each.
    counts: counts({
      requests: 1,
      objectCalls: 1,
      rows: 3,
      rowsRead: 3,
      alarmsSet: 1,
      hydrationMessages: 1,
    }),
  },
  hydration: {
    code: 'src/hydration/hydrate-subject.ts, src/adapters/budget-gate.ts',
    queue: 'hydration',
    // A lease and four reports; the alarm that the sign-up set rings ten seconds later in any case.
    counts: counts({
      objectCalls: 5,
      budgetCalls: inBatch(6, 3.1),
      alarms: 1,
      alarmsSet: 1,
      rows: 5,
      statements: inBatch(5, 0.5),
      identityCalls: 1,
      billingCalls: 1,
      mails: 1,
    }),
  },
  pageLoad: {
    code: 'src/http/socket.ts, src/http/recommendations.ts',
    queue: 'behaviour',
    counts: counts({ requests: 3, objectCalls: 3, rowsRead: 15 }),
  },
  firstRecommendation: {
    code: 'durable-objects/behaviour.ts, queues/behaviour.ts',
    queue: 'behaviour',
    // Beyond what the call of the page costs: the table, a decision, and telling Postgres.
    counts: counts({
      objectCalls: 2,
      alarms: 1,
      alarmsSet: 2,
      rows: 4,
      rowsRead: 6,
      behaviourMessages: 1,
      statements: oncePerBatch(5),
    }),
  },
  draft: {
    code: 'src/http/proof.ts',
    queue: 'hydration',
    counts: counts({ requests: 1, objectCalls: 1, rows: 1, rowsRead: 1 }),
  },
  tokenRenewal: {
    code: 'src/http/onboarding.ts, src/http/member.ts',
    queue: 'hydration',
    // Of a member it is a row; of a session it is not.
    counts: counts({ requests: 1, objectCalls: 1, rows: 0.5, rowsRead: 1 }),
  },
  eventsCall: {
    code: 'src/http/events.ts, queues/behaviour.ts',
    queue: 'behaviour',
    // The object folds them (a row), Postgres keeps them, the object hears that it does (a row).
    counts: counts({
      requests: 1,
      objectCalls: 2,
      rows: 2,
      rowsRead: 7,
      behaviourMessages: 1,
      statements: oncePerBatch(6),
    }),
  },
  tellingAlarm: {
    code: 'durable-objects/turns.ts (`#arm`)',
    queue: 'behaviour',
    // Set in case that telling fails; it rings though it did not, and sets the one of the session's end.
    counts: counts({ alarms: 1, alarmsSet: 2, rowsRead: 2 }),
  },
  feedback: {
    code: 'src/http/recommendations.ts',
    queue: 'behaviour',
    counts: counts({
      requests: 1,
      objectCalls: 3,
      rows: 2,
      rowsRead: 7,
      behaviourMessages: 1,
      statements: oncePerBatch(6),
    }),
  },
  question: {
    code: 'src/core/policy/answer-questions.ts',
    queue: 'behaviour',
    counts: counts({ objectCalls: 1, rows: 1, rowsRead: 2, statements: oncePerBatch(2) }),
  },
  modelCall: {
    code: 'queues/policy-questions.ts, durable-objects/provider-budget.ts',
    queue: 'questions',
    // Money is reserved and settled, a row each; then whoever asked is told, and tells Postgres.
    counts: counts({
      budgetCalls: inBatch(2, 2),
      rows: 4,
      objectCalls: 3,
      questionMessages: 1,
      behaviourMessages: 1,
      statements: inBatch(12, 8),
      modelCalls: 1,
    }),
  },
  claim: {
    code: 'src/http/proof.ts, src/core/onboarding/claim.ts',
    queue: 'hydration',
    // With the run that writes down whose plan it is, and `/api/me`. The alarm stands for run and telling.
    counts: counts({
      requests: 2,
      objectCalls: 8,
      budgetCalls: inBatch(4, 2.1),
      alarms: 1,
      alarmsSet: 1,
      rows: 10,
      rowsRead: 23,
      hydrationMessages: 1,
      behaviourMessages: 1,
      statements: inBatch(10, 0.6),
      identityCalls: 1,
      billingCalls: 1,
    }),
  },
  unfinished: {
    code: 'src/hydration/chores.ts',
    queue: 'hydration',
    // Archived, then invited: two wake-ups, two leases.
    counts: counts({
      objectCalls: 4,
      budgetCalls: inBatch(2, 1.1),
      alarms: 2,
      alarmsSet: 2,
      rows: 5,
      hydrationMessages: 2,
      statements: inBatch(6, 0.5),
      mails: 1,
      archivePuts: 1,
    }),
  },
  erasure: {
    code: 'src/hydration/chores.ts, durable-objects/timeline.ts',
    queue: 'hydration',
    counts: counts({
      objectCalls: 2,
      budgetCalls: inBatch(5, 3),
      alarms: 2,
      alarmsSet: 1,
      rows: 14,
      rowsRead: 25,
      hydrationMessages: 1,
      statements: inBatch(8, 8),
      identityCalls: 1,
      billingCalls: 2,
    }),
  },
}
