/** When things happened to a run: what its figures are made of. Epoch milliseconds. */
export interface RunClock {
  readonly openedAt: number
  /** The first time. */
  readonly leasedAt: number | null
  /** A provider's budget told it to come back; until its next lease it waits for that. */
  readonly waitingSince: number | null
  /** How long it waited for budgets until now, in milliseconds. */
  readonly waitedMs: number
  readonly settledAt: number | null
}

export const startedClock = (at: number): RunClock => ({
  openedAt: at,
  leasedAt: null,
  waitingSince: null,
  waitedMs: 0,
  settledAt: null,
})

export const leasedClock = (clock: RunClock, at: number): RunClock => ({
  ...resumed(clock, at),
  leasedAt: clock.leasedAt ?? at,
})

/** Waits that a consumer sat out, with the lease. */
export const waitedClock = (clock: RunClock, ms = 0): RunClock => ({
  ...clock,
  waitedMs: clock.waitedMs + ms,
})

export const waitingClock = (clock: RunClock, at: number): RunClock => ({
  ...clock,
  waitingSince: at,
})

export const stoppedClock = (clock: RunClock, at: number): RunClock => ({
  ...resumed(clock, at),
  settledAt: at,
})

/** A clock that was set back waited no negative time. */
const resumed = (clock: RunClock, at: number): RunClock =>
  clock.waitingSince === null
    ? clock
    : {
        ...clock,
        waitingSince: null,
        waitedMs: clock.waitedMs + Math.max(0, at - clock.waitingSince),
      }
