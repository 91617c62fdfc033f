import { catalogue } from '../../catalogue.ts'
import type { ToneCounts } from '../../contract/behaviour-rpc.ts'
import { wordsInUse } from '../../core/recommendation/words-in-use.ts'
import { describeError, log } from '../log.ts'
import { within } from '../within.ts'
import { fadedTones } from './bandit-desk.ts'
import { type DatabaseSettings, connect } from './database.ts'

/**
 * So long an isolate keeps what it read. A count moves by one click while a posterior rests on
 * hundreds, so that nobody's chances change in seconds; and a fleet of isolates asks for a few rows
 * each.
 */
const FRESH_MS = 5_000
/** Who waits is a batch of people. A database that was asleep is read by the next one. */
const ANSWER_MS = 1_000

/** What an isolate knows of one database. While that is away it stays: it is as true as before. */
interface Known {
  readonly from: string
  tones: ToneCounts
  readAt: number
  /** When it was last begun to read, and failed to be read. */
  begunAt: number
  failedAt: number
}

let latest: Known | null = null

function knownOf({ DATABASE_URL: from }: DatabaseSettings): Known {
  if (latest?.from !== from) {
    latest = { from, tones: [], readAt: -Infinity, begunAt: -Infinity, failedAt: -Infinity }
  }
  return latest
}

/** Of clocks that may be set back, too. */
const isRecent = (at: number, now: number): boolean => Math.abs(now - at) < FRESH_MS

/**
 * What was learned of the tones of the words in use, at most some seconds old, or older while the
 * database is away; empty if it never answered. Takes a second at most, and never throws.
 *
 * @param now epoch milliseconds
 */
export async function readToneCounts(settings: DatabaseSettings, now: number): Promise<ToneCounts> {
  const { readAt, failedAt } = knownOf(settings)
  if (!isRecent(readAt, now) && !isRecent(failedAt, now)) await read(settings, now)
  return knownToneCounts(settings)
}

/** What was read before, whenever that was; for whoever waits for nothing. */
export const knownToneCounts = (settings: DatabaseSettings): ToneCounts => knownOf(settings).tones

/**
 * Reads for those who come next; one at a time is enough. Never throws.
 *
 * @param now epoch milliseconds
 */
export async function refreshToneCounts(settings: DatabaseSettings, now: number): Promise<void> {
  if (!isRecent(knownOf(settings).begunAt, now)) await read(settings, now)
}

async function read(settings: DatabaseSettings, now: number): Promise<void> {
  const known = knownOf(settings)
  known.begunAt = now
  try {
    const reading = fadedTones(connect(settings), wordsInUse(catalogue), now)
    known.tones = await within(ANSWER_MS, reading)
    known.readAt = now
  } catch (error) {
    known.failedAt = now
    log('warn', 'tones.not_read', { error: describeError(error) })
  }
}
