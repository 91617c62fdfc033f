/**
 * Nobody is asked to come back later than this after calls are possible again: the line is only an
 * estimate, since some never come back and newcomers do not stand in it.
 */
const LINE_MAX_MS = 60_000

/**
 * A moment of their own for each that got no permit, as far apart as calls are, so that those who
 * waited do not all ask in the same instant only to be sent away again.
 *
 * @param endsAt state: where the line ends, epoch milliseconds; 0 at first
 * @param againAt when a call is possible at the earliest, epoch milliseconds
 * @returns in how many milliseconds each comes back, and where the line ends now
 */
export function lineUp(
  endsAt: number,
  refused: number,
  againAt: number,
  intervalMs: number,
  now: number,
): { readonly waitsMs: readonly number[]; readonly endsAt: number } {
  const lastAt = againAt + LINE_MAX_MS
  const firstAt = Math.max(endsAt, againAt)
  const waitsMs = Array.from({ length: refused }, (_, position) =>
    Math.ceil(Math.min(firstAt + position * intervalMs, lastAt) - now),
  )
  return { waitsMs, endsAt: Math.min(firstAt + refused * intervalMs, lastAt) }
}
