import { type Bill, type Load, type Premises, SECONDS_PER_MONTH, billUnder } from './model.ts'

/** What is said of the systems that we are compared with; nothing else is known of their load. */
export const PUBLISHED = {
  S17: { eventsPerSecond: 10_000, sessions: 50_000, usd: 1_170 },
  A17: { eventsPerSecond: 12_000, usd: 6_200, usdPerActivation: 0.05 },
} as const
export type PublishedRow = keyof typeof PUBLISHED

/** How many events share a call: as our client sends them, and as many as the API takes. */
export const PACKINGS = [2, 100] as const

/** Which part of the published rate is the mean of a month; all of it: the rate is sustained. */
export const MEAN_SHARES = [1, 0.1, 0.01] as const

export interface Reading {
  readonly meanShare: number
  readonly eventsPerMonth: number
  /** In US dollars, by `PACKINGS`. */
  readonly usd: readonly number[]
}

/** Workers, objects, queues and Postgres: without mails, model and Auth0, of which the published bills say nothing. */
const platformOf = ({ total, meters }: Bill, auth0Usd: number): number =>
  total - meters.mails - meters.modelInputTokens - meters.modelOutputTokens - auth0Usd

const AUTH0 = 'Auth0 Essentials'

/** In US dollars a month. */
export function platformUnder(premises: Premises, load: Load): number {
  const auth0 = premises.fees.find(({ name }) => name === AUTH0)?.usd ?? 0
  return platformOf(billUnder(premises, load), auth0)
}

/** Whoever sends so many at a time does not send a second call within the time of an alarm. */
const MANY_EVENTS = 10

const withPacking = ({ assumed, ...rest }: Premises, eventsPerCall: number): Premises => ({
  ...rest,
  assumed: {
    ...assumed,
    eventsPerCall,
    ...(eventsPerCall > MANY_EVENTS ? { eventsCallsPerAlarm: 1 } : {}),
  },
})

/** What their events alone cost here, by how much of the published rate is the mean. */
export const readingsOf = (premises: Premises, row: PublishedRow): readonly Reading[] =>
  MEAN_SHARES.map((meanShare) => {
    const eventsPerMonth = PUBLISHED[row].eventsPerSecond * meanShare * SECONDS_PER_MONTH
    const load = { signUps: 0, furtherEvents: eventsPerMonth }
    const usd = PACKINGS.map((packing) => platformUnder(withPacking(premises, packing), load))
    return { meanShare, eventsPerMonth, usd }
  })

/**
 * The most of something that so much money buys, to a thousandth.
 *
 * @param usdOf what it costs, growing
 */
export function affordable(usd: number, usdOf: (amount: number) => number): number {
  let [low, high] = [0, 1]
  while (usdOf(high) < usd) high *= 2
  if (usdOf(low) > usd) return 0
  while (high - low > high / 1_000) {
    const middle = (low + high) / 2
    if (usdOf(middle) < usd) low = middle
    else high = middle
  }
  return low
}

/** As many sign-ups as lead to the activations that the published bill would be for. */
export function activationsOf(premises: Premises) {
  const { usd, usdPerActivation } = PUBLISHED.A17
  const activations = usd / usdPerActivation
  const signUps = activations / premises.assumed.activationShare
  const bill = billUnder(premises, { signUps, furtherEvents: 0 })
  return { activations, signUps, usd: bill.total, usdPerActivation: bill.total / activations }
}

/** The price of keeping a month's events for that month, at the published rate around the clock. */
export function eventStorageOf(premises: Premises, row: PublishedRow): number {
  const furtherEvents = PUBLISHED[row].eventsPerSecond * SECONDS_PER_MONTH
  return billUnder(premises, { signUps: 0, furtherEvents }).meters.postgresGbMonths
}

/** Sessions that are open at a time, all month: as many people as come for a visit each. */
export const signUpsOfSessions = ({ assumed }: Premises): number =>
  (PUBLISHED.S17.sessions / (assumed.openMinutesPerPerson * 60)) * SECONDS_PER_MONTH
