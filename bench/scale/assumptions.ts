/** What no code says: how people behave, and how busy machines are that we do not have. */
export interface Assumptions {
  /** Of those who sign up: who proves the address. The others are archived, invited once and erased. */
  readonly finishShare: number
  /** Of those who sign up: who comes as far as the catalogue's activation. */
  readonly activationShare: number
  /** That one person's pages report in all. */
  readonly eventsPerPerson: number
  /** In one call: the client sends what came within 1.5 s together. */
  readonly eventsPerCall: number
  /** Calls, and feedback, within the minute that one alarm stands for all that is to be told. */
  readonly eventsCallsPerAlarm: number
  /** Each opens a socket and asks for the recommendation and the checklist. */
  readonly pageLoadsPerPerson: number
  /** That a page with a socket is open, in all. */
  readonly openMinutesPerPerson: number
  readonly draftsPerPerson: number
  /** Impressions and clicks. */
  readonly feedbackPerPerson: number
  /** Decisions for which a model's answer is looked up. */
  readonly questionsPerPerson: number
  /** Of those: not answered from the cache. */
  readonly cacheMissShare: number
  /** That an object is billed as active for each request. */
  readonly objectActiveMs: number
  /** Of a Worker for a request. */
  readonly requestCpuMs: number
  /** Of a consumer for a message, with everything that follows from it. */
  readonly messageCpuMs: number
  /** Of one CU of Postgres for a statement, with an upsert's share of cleaning up. */
  readonly statementMs: number
  /** Of one CU for a row of events, on top of its statement. */
  readonly eventRowMs: number
  /** How busy a compute may be before it grows. */
  readonly postgresBusyShare: number
  /** Spans of one request of a Worker or an object, our own and the platform's. */
  readonly spansPerRequest: number
  /** That objects and rows of one person are kept and billed; each further one costs the same again. */
  readonly monthsKept: number
}

export const ASSUMPTIONS: Assumptions = {
  finishShare: 0.5,
  activationShare: 0.25,
  eventsPerPerson: 40,
  eventsPerCall: 2,
  eventsCallsPerAlarm: 4,
  pageLoadsPerPerson: 6,
  openMinutesPerPerson: 10,
  draftsPerPerson: 2,
  feedbackPerPerson: 3,
  questionsPerPerson: 3,
  cacheMissShare: 0.11,
  objectActiveMs: 20,
  requestCpuMs: 2,
  messageCpuMs: 5,
  statementMs: 2,
  eventRowMs: 0.02,
  postgresBusyShare: 0.5,
  spansPerRequest: 4,
  monthsKept: 1,
}

/** The reason of each; the report says how much hangs on it. */
export const REASONS: readonly (readonly [name: keyof Assumptions, why: string])[] = [
  ['finishShare', 'half: between a third and two thirds is what one hears of proofs by mail'],
  ['activationShare', 'half of those who finish'],
  ['eventsPerPerson', 'page views and clicks of a first hour'],
  ['eventsPerCall', '`client/behaviour.ts` gathers for 1.5 s'],
  [
    'eventsCallsPerAlarm',
    'somebody who clicks twice within seconds, and then reads: 23 calls in ten minutes are two such pairs a minute',
  ],
  ['pageLoadsPerPerson', 'sign-up, creating, claim, dashboard and two more'],
  ['openMinutesPerPerson', 'a first visit'],
  ['draftsPerPerson', 'two short forms while the account is built'],
  ['feedbackPerPerson', 'two impressions and a click'],
  ['questionsPerPerson', 'a few changes of state after the three events of the cold start'],
  [
    'cacheMissShare',
    'what the published figure (A8: 89 %) leaves; states are few, so more people mean more hits',
  ],
  ['objectActiveMs', 'a turn takes some milliseconds, its write to several machines ten or more'],
  ['requestCpuMs', 'bench/ measures 1.3 to 2.0 ms a sign-up, 0.8 to 1.7 ms a report of events'],
  ['messageCpuMs', 'not measured: a handful of calls and their JSON'],
  ['statementMs', 'small upserts by key; a million fit into the smallest compute'],
  ['eventRowMs', 'batches of a hundred rows went at 126,000 rows/s on two cores'],
  ['postgresBusyShare', 'room for what comes unevenly'],
  ['spansPerRequest', 'root, call, storage, one of ours; `wrangler.toml` keeps one trace in ten'],
  ['monthsKept', 'the first month'],
]
