import type { RowChange } from './database.ts'
import type { Promised, Shown } from './ledger.ts'
import type { Written } from './journal.ts'
import type { Reported, SimulatedObject } from './object.ts'
import { EFFECTS } from './invariants/effects.ts'
import { ERASURE } from './invariants/erasure.ts'
import { FAREWELL } from './invariants/farewell.ts'
import { HISTORY } from './invariants/history.ts'
import { AT_REST, PROMISES } from './invariants/promises.ts'
import type { World } from './world.ts'

/** What is new since the last step, so that no check has to look at everything again. */
export interface News {
  /** Entries that have reached a disk. */
  readonly written: readonly (Written & { readonly object: SimulatedObject })[]
  /** What consumers said to objects. */
  readonly reports: readonly Reported[]
  /** Rows of `users` that a statement wrote. */
  readonly rows: readonly RowChange[]
  /** Sign-ups that were answered. */
  readonly promises: readonly Promised[]
  /** Views that a page was shown. */
  readonly shown: readonly Shown[]
}

/** @returns what is wrong, or `null` */
export type Invariant = (world: World, news: News) => string | null

/** By name, which begins with the letter in the table of faults. */
export type Invariants = Readonly<Record<string, Invariant>>

export class Violation extends Error {
  readonly invariant: string

  constructor(invariant: string, what: string) {
    super(`${invariant}: ${what}`)
    this.invariant = invariant
  }
}

const AFTER_EVERY_STEP = Object.entries({
  ...EFFECTS,
  ...HISTORY,
  ...PROMISES,
  ...FAREWELL,
  ...ERASURE,
})

export function checkStep(world: World, news: News): void {
  for (const [name, invariant] of AFTER_EVERY_STEP) {
    const wrong = invariant(world, news)
    if (wrong !== null) throw new Violation(name, wrong)
  }
}

export function checkAtRest(world: World): void {
  const news: News = { written: [], reports: [], rows: [], promises: [], shown: [] }
  for (const [name, invariant] of Object.entries(AT_REST)) {
    const wrong = invariant(world, news)
    if (wrong !== null) throw new Violation(name, wrong)
  }
}
