/**
 * The generic cell rate algorithm (ITU-T I.371): a rate limit whose whole state is one moment, and
 * which says when the next call may be made instead of only refusing it.
 */
export interface Rate {
  /** Sustained calls per second. */
  readonly perSecond: number
  /** Calls that may be made at once after a pause; at least 1. */
  readonly burst: number
}

/** How much of a second's, or a minute's, calls may go at once: smooths what comes unevenly, costs sustained rate. */
const BURST_SHARE = 0.2

/**
 * The rate that lets through at most so many calls in any second, burst and sustained together:
 * providers count by the second. Below one call a second there is nothing to smooth.
 */
export function rateWithin(callsPerSecond: number): Rate {
  const burst = Math.max(1, Math.floor(callsPerSecond * BURST_SHARE))
  return { perSecond: callsPerSecond - burst + 1, burst }
}

/** The same for what a provider counts by the minute, in units of which a call takes thousands. */
export function rateWithinMinute(unitsPerMinute: number): Rate {
  const burst = Math.max(1, Math.floor(unitsPerMinute * BURST_SHARE))
  return { perSecond: (unitsPerMinute - burst + 1) / 60, burst }
}

export const intervalMs = ({ perSecond }: Rate): number => 1_000 / perSecond

/**
 * Takes as many slots as are free now.
 *
 * @param paidUntil state: when the calls made so far would be through at the sustained rate; 0 at first
 * @param now epoch milliseconds
 * @returns how many were taken, the state afterwards, and when the next one is free (epoch ms)
 */
export function takeSlots(
  paidUntil: number,
  rate: Rate,
  wanted: number,
  now: number,
): { readonly taken: number; readonly paidUntil: number; readonly nextAt: number } {
  const interval = intervalMs(rate)
  const toleranceMs = interval * (rate.burst - 1)
  let taken = 0
  let paid = paidUntil
  while (taken < wanted && paid - toleranceMs <= now) {
    paid = Math.max(now, paid) + interval
    taken += 1
  }
  return { taken, paidUntil: paid, nextAt: Math.max(now, paid - toleranceMs) }
}

/**
 * Takes so many together. More than a burst go when nothing is owed, and are paid off afterwards:
 * otherwise they could never go.
 *
 * @param paidUntil state, see `takeSlots`
 * @returns when they may be taken, epoch milliseconds, and the state when they are taken now
 */
export function takeTogether(
  paidUntil: number,
  rate: Rate,
  units: number,
  now: number,
): { readonly freeAt: number; readonly paidUntil: number } {
  const interval = intervalMs(rate)
  return {
    freeAt: Math.max(now, paidUntil - Math.max(0, rate.burst - units) * interval),
    paidUntil: Math.max(now, paidUntil) + units * interval,
  }
}
