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

interface Snapshot {
  readonly from: string
  readonly tones: ToneCounts
  readonly readAt: number
}

/** Of this isolate. While the database is away it stays: what was learned is as true as before. */
let latest: Snapshot | null = null
/** When it was last begun to read, and failed to be read. */
let begunAt = -Infinity
let failedAt = -Infinity

const isRecent = (at: number, now: number): boolean => Math.abs(now - at) < FRESH_MS

const snapshotOf = ({ DATABASE_URL: from }: DatabaseSettings): Snapshot | null =>
  latest?.from === from ? latest : null

/**
 * What was learned of the tones of the words in use, at most some seconds old, or older while the
 * database is away; empty if it never answered. Takes a second at most, and never throws.
 *
 * @param now epoch milliseconds
 */
export async function readToneCounts(settings: DatabaseSettings, now: number): Promise<ToneCounts> {
  const known = snapshotOf(settings)
  if ((known === null || !isRecent(known.readAt, now)) && !isRecent(failedAt, now)) {
    await read(settings, now)
  }
  return knownToneCounts(settings)
}

/** What was read before, whenever that was; for whoever waits for nothing. */
export const knownToneCounts = (settings: DatabaseSettings): ToneCounts =>
  snapshotOf(settings)?.tones ?? []

/**
 * Reads for those who come next; one at a time is enough. Never throws.
 *
 * @param now epoch milliseconds
 */
export async function refreshToneCounts(settings: DatabaseSettings, now: number): Promise<void> {
  if (!isRecent(begunAt, now)) await read(settings, now)
}

async function read(settings: DatabaseSettings, now: number): Promise<void> {
  begunAt = now
  try {
    const reading = fadedTones(connect(settings), wordsInUse(catalogue), now)
    const tones = await within(ANSWER_MS, reading)
    latest = { from: settings.DATABASE_URL, tones, readAt: now }
  } catch (error) {
    failedAt = now
    log('warn', 'tones.not_read', { error: describeError(error) })
  }
}
