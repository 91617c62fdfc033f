import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { connect } from '../../src/adapters/neon/database.ts'
import { banditArms } from '../../src/adapters/neon/learning-schema.ts'
import {
  knownToneCounts,
  readToneCounts,
  refreshToneCounts,
} from '../../src/adapters/neon/tone-counts.ts'
import { catalogue } from '../../src/catalogue.ts'
import { dayOf } from '../../src/core/bandit/day-counts.ts'
import { wordsInUse } from '../../src/core/recommendation/words-in-use.ts'
import { parseSettings } from '../../src/env.ts'
import { bindings } from '../support/worker/api.ts'
import { fault } from '../support/worker/outside.ts'

const SEGMENT = 'reader'
const { DATABASE_URL, DATABASE_HTTP_URL } = parseSettings(bindings)
const database = connect({ DATABASE_URL, DATABASE_HTTP_URL })

afterEach(async () => {
  await fault('DATABASE', null)
  await database.delete(banditArms).where(eq(banditArms.segment, SEGMENT))
})

/** What is read of the people of these tests. */
const own = async (...asked: Parameters<typeof readToneCounts>) =>
  (await readToneCounts(...asked)).filter(({ segment }) => segment === SEGMENT)

describe('A7: a reader', () => {
  const MINUTE_MS = 60_000
  const words = wordsInUse(catalogue)
  let now = Date.UTC(2035, 0)
  /** Another reader than all before, at another time. */
  const reader = () => {
    now += MINUTE_MS
    return {
      DATABASE_URL: `${DATABASE_URL}?application_name=${crypto.randomUUID()}`,
      DATABASE_HTTP_URL,
    }
  }
  const learned = (successes: number) =>
    database
      .insert(banditArms)
      .values({
        version: words.versions[0] ?? '',
        segment: SEGMENT,
        tone: 'passive',
        day: dayOf(now),
        successes,
        failures: 0,
      })
      .onConflictDoUpdate({
        target: [banditArms.version, banditArms.segment, banditArms.tone, banditArms.day],
        set: { successes },
      })

  test('keeps what it read for some seconds, then sees what is new', async () => {
    const settings = reader()
    await learned(1)
    expect(knownToneCounts(settings)).toEqual([])
    expect(await own(settings, now)).toMatchObject([{ successes: 1 }])
    await learned(2)
    expect(await own(settings, now + 4_999)).toMatchObject([{ successes: 1 }])
    expect(await own(settings, now + 5_000)).toMatchObject([{ successes: 2 }])
  })

  test.each(['reject', 'hang'] as const)(
    'F26: knows nothing while the database is away from the first (%s), and asks again in some seconds',
    async (kind) => {
      const settings = reader()
      await learned(3)
      await fault('DATABASE', { kind })
      expect(await own(settings, now)).toEqual([])
      await fault('DATABASE', null)
      expect(await own(settings, now + 4_999)).toEqual([])
      expect(await own(settings, now + 5_000)).toMatchObject([{ successes: 3 }])
    },
  )

  test('F26: keeps what it knew while the database is away', async () => {
    const settings = reader()
    await learned(4)
    await readToneCounts(settings, now)
    await fault('DATABASE', { kind: 'reject' })
    const later = now + 10 * MINUTE_MS
    await refreshToneCounts(settings, later)
    expect(await own(settings, later)).toMatchObject([{ successes: 4 }])
    now = later
  })
})
