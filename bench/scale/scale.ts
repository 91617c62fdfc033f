import { type Assumptions, REASONS } from './assumptions.ts'
import { LEVERS } from './levers.ts'
import { limitsOf } from './limits.ts'
import { type Load, type Premises, billUnder, partsOf } from './model.ts'
import { AUTH0_ACTIVE_USER_USD } from './prices.ts'
import {
  PUBLISHED,
  activationsOf,
  affordable,
  eventStorageOf,
  platformUnder,
  readingsOf,
  signUpsOfSessions,
} from './published.ts'

export const MILLION = 1_000_000
export const LOADS = [MILLION / 10, MILLION, 10 * MILLION] as const

export const newcomers = (signUps: number): Load => ({ signUps, furtherEvents: 0 })

const totalUnder = (premises: Premises, signUps = MILLION): number =>
  billUnder(premises, newcomers(signUps)).total

/** A share cannot be more than all. */
const doubled = (name: keyof Assumptions, value: number): number =>
  Math.min(value * 2, name.endsWith('Share') ? 1 : Infinity)

/** Everything that the report says, as numbers; in US dollars a month unless it says otherwise. */
export function scaleOf(premises: Premises) {
  const { assumed } = premises
  const platform = (signUps: number): number => platformUnder(premises, newcomers(signUps))
  return {
    bills: LOADS.map((signUps) => {
      const bill = billUnder(premises, newcomers(signUps))
      return { signUps, total: bill.total, platform: platform(signUps), parts: partsOf(bill) }
    }),
    nextMillion: totalUnder(premises, 2 * MILLION) - totalUnder(premises),
    /** Beside the total: if all who finish signed in at Auth0 within the month. */
    auth0Active: assumed.finishShare * MILLION * AUTH0_ACTIVE_USER_USD,
    perActivation: totalUnder(premises) / (MILLION * assumed.activationShare),
    sensitivity: REASONS.map(([name, why]) => {
      const to = doubled(name, assumed[name])
      return {
        name,
        why,
        value: assumed[name],
        to,
        total: totalUnder({ ...premises, assumed: { ...assumed, [name]: to } }),
      }
    }),
    levers: LEVERS.map(({ name, where, apply }) => ({
      name,
      where,
      total: totalUnder(apply(premises)),
      platform: platformUnder(apply(premises), newcomers(MILLION)),
    })),
    published: publishedOf(premises),
    limits: limitsOf(premises),
  }
}
export type Scale = ReturnType<typeof scaleOf>

function publishedOf(premises: Premises) {
  const sessions = signUpsOfSessions(premises)
  const eventsFor = (usd: number): number =>
    affordable(usd, (events) => platformUnder(premises, { signUps: 0, furtherEvents: events }))
  return {
    S17: {
      readings: readingsOf(premises, 'S17'),
      /** With every lever that is ours. */
      readingsMadeCheaper: readingsOf(
        LEVERS.reduce((before, { apply }) => apply(before), premises),
        'S17',
      ),
      eventStorage: eventStorageOf(premises, 'S17'),
      signUpsOfSessions: sessions,
      platformOfSessions: platformUnder(premises, newcomers(sessions)),
      /** What its bill buys here. */
      signUps: affordable(PUBLISHED.S17.usd, (signUps) => totalUnder(premises, signUps)),
      signUpsOfPlatform: affordable(PUBLISHED.S17.usd, (signUps) =>
        platformUnder(premises, newcomers(signUps)),
      ),
      events: eventsFor(PUBLISHED.S17.usd),
    },
    A17: {
      readings: readingsOf(premises, 'A17'),
      events: eventsFor(PUBLISHED.A17.usd),
      ...activationsOf(premises),
    },
  }
}
