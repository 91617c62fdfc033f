import type { Meter } from './meters.ts'

/** Where a figure of somebody else's comes from. */
export interface Source {
  readonly url: string
  /** When the page was stored or last changed, as far as it says; `null`: it does not. */
  readonly asOf: string | null
  /** Absent: what is there is what is said here. */
  readonly note?: string
}

export interface Price {
  /** In US dollars. */
  readonly usd: number
  /** For so many of its meter. */
  readonly per: number
  /** So many a month are in a fee that is paid anyway. */
  readonly included: number
  readonly source: Source
}

/** A monthly fee that does not depend on the load. */
export interface Fee {
  readonly name: string
  readonly usd: number
  readonly source: Source
}

export type Prices = Readonly<Record<Meter, Price>>

/** On which day all of them were looked up, in stored copies of these pages. */
export const LOOKED_UP_ON = '2026-11-21'

const MILLION = 1_000_000

const WORKERS: Source = {
  url: 'https://developers.cloudflare.com/workers/platform/pricing/',
  asOf: null,
  note: 'requests that a Worker makes itself are free; so are files',
}
const OBJECTS: Source = {
  url: 'https://developers.cloudflare.com/durable-objects/platform/pricing/',
  asOf: null,
  note: 'a call over RPC and an alarm are a request each, twenty frames that come in are one; setting an alarm is a row written; what goes out is free',
}
const QUEUES: Source = {
  url: 'https://developers.cloudflare.com/queues/platform/pricing/',
  asOf: null,
  note: 'write, read and delete of a message are an operation each for every 64 KB',
}
const NEON: Source = {
  url: 'https://neon.com/docs/introduction/plans',
  asOf: '2026-11-12',
  note: 'the Launch plan; on Scale a CU-hour is 0.222',
}
const OPENAI: Source = {
  url: 'https://gist.github.com/ei-grad/9a7c000f3487bc01221c7bb5e2b3d74a',
  asOf: '2025-04-14',
  note: 'gpt-4.1-mini, by somebody who copied its prices on its first day; no stored page of OpenAI shows it; the same as the defaults of src/env.ts',
}
/** List prices, without discounts, taxes and commitments. */
export const PRICES: Prices = {
  workerRequests: { usd: 0.3, per: MILLION, included: 10 * MILLION, source: WORKERS },
  workerCpuMs: { usd: 0.02, per: MILLION, included: 30 * MILLION, source: WORKERS },
  objectRequests: { usd: 0.15, per: MILLION, included: MILLION, source: OBJECTS },
  objectGbSeconds: { usd: 12.5, per: MILLION, included: 400_000, source: OBJECTS },
  objectRowsWritten: { usd: 1, per: MILLION, included: 50 * MILLION, source: OBJECTS },
  objectRowsRead: { usd: 0.001, per: MILLION, included: 25_000 * MILLION, source: OBJECTS },
  objectGbMonths: { usd: 0.2, per: 1, included: 5, source: OBJECTS },
  queueOperations: { usd: 0.4, per: MILLION, included: MILLION, source: QUEUES },
  archivePuts: {
    usd: 4.5,
    per: MILLION,
    included: MILLION,
    source: {
      ...WORKERS,
      note: 'R2, operations of class A; what is stored there is a few kilobytes each',
    },
  },
  traceEvents: {
    usd: 0.6,
    per: MILLION,
    included: 20 * MILLION,
    source: {
      url: 'https://developers.cloudflare.com/workers/platform/pricing/#workers-logs',
      asOf: null,
      note: 'a span is billed like a line of the log; another price list is announced from December 2026 on, which no stored page shows',
    },
  },
  postgresCuHours: { usd: 0.106, per: 1, included: 0, source: NEON },
  postgresGbMonths: { usd: 0.35, per: 1, included: 0, source: NEON },
  mails: {
    usd: 650,
    per: MILLION,
    included: 0,
    source: {
      url: 'https://flexprice.io/blog/detailed-resend-pricing-guide',
      asOf: '2025-08-20',
      note: "of Resend's largest listed step; the smallest one costs 0.90 a thousand; no stored page of Resend itself shows it",
    },
  },
  modelInputTokens: { usd: 0.4, per: MILLION, included: 0, source: OPENAI },
  modelOutputTokens: { usd: 1.6, per: MILLION, included: 0, source: OPENAI },
}

/** Instead of Resend: `MAIL_PROVIDER = "cloudflare"`. */
export const CLOUDFLARE_MAIL: Price = {
  usd: 350,
  per: MILLION,
  included: 3_000,
  source: { url: 'https://developers.cloudflare.com/email-service/platform/pricing/', asOf: null },
}

const AUTH0: Source = {
  url: 'https://raw.githubusercontent.com/api-evangelist/auth0/refs/heads/main/plans/auth0-plans-pricing.yml',
  asOf: '2026-09-20',
  note: 'a copy of https://auth0.com/pricing: Essentials with 500 active users',
}

export const FEES: readonly Fee[] = [
  { name: 'Workers Paid', usd: 5, source: WORKERS },
  { name: 'Auth0 Essentials', usd: 35, source: AUTH0 },
]

/**
 * Of somebody who signs in at Auth0 within a month: its fee by the 500 people that it includes. Beyond
 * some ten thousand there is no list price, but an offer.
 */
export const AUTH0_ACTIVE_USER_USD = 35 / 500
