import { expect, test } from 'vitest'
import { retryDelaySeconds } from '../../queues/retry-delay.ts'

const HOUR_SECONDS = 3_600
const DAY_SECONDS = 24 * HOUR_SECONDS
/** As wrangler.toml says. */
const MAX_RETRIES = 100

test.each([
  ['a dead letter', 60],
  ['what people do', 10],
])(
  'F16: the tries of %s outlast a database that is down for days, and end before the queue forgets it',
  (_name, baseSeconds) => {
    const delays = Array.from({ length: MAX_RETRIES }, (_, tries) =>
      retryDelaySeconds(tries + 1, baseSeconds),
    )
    expect(delays.slice(0, 3)).toEqual([baseSeconds, 2 * baseSeconds, 4 * baseSeconds])
    expect(Math.max(...delays)).toBe(HOUR_SECONDS)
    const waited = delays.reduce((sum, seconds) => sum + seconds, 0)
    expect(waited).toBeGreaterThan(3 * DAY_SECONDS)
    expect(waited).toBeLessThan(4 * DAY_SECONDS)
  },
)
