const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/i

/**
 * The moment that a `date-time` of RFC 3339, 5.6, names.
 *
 * @returns epoch milliseconds; `null`: it is none, or a leap second, which no clock of ours has
 */
export function momentOf(text: string): number | null {
  const match = DATE_TIME.exec(text)
  if (match === null) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number)
  const [fraction = '', sign, offsetHours = '00', offsetMinutes = '00'] = match.slice(7)
  if (year === undefined || month === undefined || day === undefined) return null
  if (hour === undefined || minute === undefined || second === undefined) return null
  if (hour > 23 || minute > 59 || second > 59) return null
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  // The 30th of February would be the 1st or 2nd of March.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  date.setUTCHours(hour, minute, second, Number(fraction.slice(0, 3).padEnd(3, '0')))
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000
  return date.getTime() - (sign === '-' ? -offset : offset)
}
