import type { Spread } from './statistics.ts'

/** @returns the lines of a markdown table */
export const table = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] => [line(head), line(head.map(() => '---')), ...rows.map(line)]

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** Median, tenth and ninetieth percentile. */
export const told = ({ median, low, high }: Spread): string =>
  `${short(median)} (${short(low)}–${short(high)})`

export const whole = (value: number): string => Math.round(value).toLocaleString('en')

export const ms = (value: number | null): string => (value === null ? '' : `${short(value)} ms`)

/** Three digits that count: 0.084, 1.25, 17.3, 240. */
export const short = (value: number): string =>
  value >= 100 ? whole(value) : String(Number(value.toPrecision(3)))
