// How figures are written. Durations are milliseconds, moments epoch milliseconds.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const shares = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' })
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const calendar = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

const DAY_MS = 86_400_000

/** For what nobody knows yet. */
export const UNKNOWN = '–'

const known =
  (write: (value: number) => string) =>
  (value: number | null | undefined): string =>
    value === null || value === undefined || Number.isNaN(value) ? UNKNOWN : write(value)

export const count = known((value) => whole.format(value))
export const number = known((value) => short.format(value))
export const share = known((value) => shares.format(value))
export const usd = known((micro) => money.format(micro / 1_000_000))

const STEPS = [
  ['d', DAY_MS],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** The two largest parts at most: `2 min 5 s`. */
export const duration = known((ms) => {
  if (Math.abs(ms) < 1_000) return `${Math.round(ms)} ms`
  if (Math.abs(ms) < 10_000) return `${short.format(ms / 1_000)} s`
  const at = STEPS.findIndex(([, size]) => Math.abs(ms) >= size)
  const [[name, size] = ['s', 1_000] as const, next] = STEPS.slice(at)
  const first = Math.trunc(ms / size)
  if (next === undefined) return `${first} ${name}`
  const rest = Math.trunc(Math.abs(ms - first * size) / next[1])
  return rest === 0 ? `${first} ${name}` : `${first} ${name} ${rest} ${next[0]}`
})

/** Of the same day only the time. */
export const moment = (at: number | null | undefined, now: number): string =>
  known((value) => (Math.abs(now - value) < DAY_MS / 2 ? clock : calendar).format(value))(at)

/** Of a figure in seconds, as Prometheus counts. */
export const seconds = known((value) => duration(value * 1_000))

const hours = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit' })

/** Where a chart has no room. @param at its beginning */
export const hour = (at: number | string): string => hours.format(Number(at))

const sizes = new Intl.NumberFormat('en', {
  style: 'unit',
  unit: 'megabyte',
  maximumFractionDigits: 1,
})
const BYTES_PER_MB = 1_000_000

export const bytes = known((value) => sizes.format(value / BYTES_PER_MB))

/** Of an id, as much as one compares by eye. */
export const shortId = (id: string): string => id.slice(0, 8)

/** Names of the program, for people: `waiting_for_budget` is "waiting for budget". */
export const words = (name: string): string => name.replaceAll('_', ' ')
