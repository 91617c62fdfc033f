/** A closed interval, lower end first. */
export interface Interval {
  readonly lower: number
  readonly upper: number
}
