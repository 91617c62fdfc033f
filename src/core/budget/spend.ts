import type { Amount, CallOutcome, DaySpent } from '../../contract/budget-rpc.ts'

const DAY_MS = 86_400_000
/** A week: for people to see what is usual. Today is all that is decided by. */
const DAYS_KEPT = 7

/** Money and tokens that were promised to a call and may have been spent by it. */
export interface Reserved extends Amount {
  readonly permit: number
  /** On whose account it is, whenever it is settled. */
  readonly day: number
  /** From then on it is spent, epoch milliseconds: a consumer that died may have made its call. */
  readonly lapsesAt: number
}

/**
 * What must survive whatever happens to the object: each change of it is written before anybody acts
 * on it.
 *
 * | a reservation is | on its day's account             |
 * |------------------|----------------------------------|
 * | open             | reserved, in full                |
 * | settled          | spent, as much as it took        |
 * | lapsed           | spent, in full; nothing more can be said of it |
 */
export interface Spending {
  /** Of the rate of tokens, see `takeTogether`. */
  readonly tokensPaidUntil: number
  /** The newest first. */
  readonly days: readonly DaySpent[]
  readonly reserved: readonly Reserved[]
}

export const NOTHING_SPENT: Spending = { tokensPaidUntil: 0, days: [], reserved: [] }

/** More than any cap may be, and still exact. */
const MORE_THAN_ANY_CAP = 10 ** 13

/** For accounts that cannot be read: whatever they said, nothing more is spent on that day. */
export const writtenOff = (now: number): Spending => ({
  ...NOTHING_SPENT,
  days: [{ day: dayOf(now), inputTokens: 0, outputTokens: 0, microUsd: MORE_THAN_ANY_CAP }],
})

/** UTC, since the epoch. */
export const dayOf = (now: number): number => Math.floor(now / DAY_MS)

/** Epoch milliseconds. */
export const nextDayAt = (now: number): number => (dayOf(now) + 1) * DAY_MS

/** Without what is reserved and did not lapse yet. */
export const spentOn = (day: number, spending: Spending, now: number): number =>
  lapse(spending, now).days.find((other) => other.day === day)?.microUsd ?? 0

export const reservedOn = (day: number, { reserved }: Spending, now: number): number =>
  reserved
    .filter((one) => one.day === day && one.lapsesAt > now)
    .reduce((sum, { microUsd }) => sum + microUsd, 0)

/**
 * Whether there is so much left of today's money. `later`: there may be, when calls that are under way
 * take less than was reserved for them.
 */
export function affords(
  spending: Spending,
  microUsd: number,
  capMicroUsd: number,
  now: number,
): 'yes' | 'later' | 'no' {
  const today = dayOf(now)
  const left = capMicroUsd - spentOn(today, spending, now)
  // A cap of nothing forbids what costs nothing, too: it is how somebody says "never".
  if (capMicroUsd === 0 || microUsd > left) return 'no'
  return microUsd > left - reservedOn(today, spending, now) ? 'later' : 'yes'
}

export function hold(spending: Spending, reserved: Reserved, now: number): Spending {
  const lapsed = lapse(spending, now)
  return { ...lapsed, reserved: [...lapsed.reserved, reserved] }
}

/** What was reserved under a permit becomes what it took. The second word about it says nothing. */
export function settleSpend(
  spending: Spending,
  { permit, took }: CallOutcome,
  now: number,
): Spending {
  const settled = spending.reserved.find((one) => one.permit === permit && one.lapsesAt > now)
  if (settled === undefined) return spending
  const reserved = spending.reserved.filter((one) => one !== settled)
  return { ...spending, reserved, days: spend(spending.days, settled.day, took ?? settled) }
}

/** As it is by now. */
export function lapse(spending: Spending, now: number): Spending {
  const lapsed = spending.reserved.filter(({ lapsesAt }) => lapsesAt <= now)
  if (lapsed.length === 0) return spending
  const reserved = spending.reserved.filter(({ lapsesAt }) => lapsesAt > now)
  const days = lapsed.reduce((before, one) => spend(before, one.day, one), spending.days)
  return { ...spending, reserved, days }
}

function spend(days: readonly DaySpent[], day: number, amount: Amount): readonly DaySpent[] {
  const before = days.find((other) => other.day === day)
  const spent: DaySpent = {
    day,
    inputTokens: (before?.inputTokens ?? 0) + amount.inputTokens,
    outputTokens: (before?.outputTokens ?? 0) + amount.outputTokens,
    microUsd: (before?.microUsd ?? 0) + amount.microUsd,
  }
  return [spent, ...days.filter((other) => other !== before)]
    .toSorted((a, b) => b.day - a.day)
    .slice(0, DAYS_KEPT)
}
