import type { WakeMessage } from '../contract/messages.ts'
import { describeError, log } from '../adapters/log.ts'

/** Nobody notices it beside the queue's own second; enough for requests that overlap to meet. */
const GATHER_MS = 10
/** Far longer than gathering takes: whoever did it was cut off, and the next one sends for them. */
const ABANDONED_MS = 1_000
/** A message may name a hundred sessions, 9 KB, and the queue takes 256 KB in a call. */
const BATCH_MAX = 25

// Plain data, shared by the requests of an isolate; the calls belong to the request that sends.
let gathered: WakeMessage[] = []
let gatheringSince = 0

/** `gathered`: the request that began to gather sends it. `lost`: the object's alarm says it again. */
export type WakeOutcome = 'sent' | 'gathered' | 'lost'

/**
 * Sends wake-ups of overlapping requests together: one call for all of them instead of one each. If
 * the request that does it is cut off, their objects' alarms say the same a little later.
 *
 * @returns a promise to be handed to `waitUntil`
 */
export async function sendGathered(
  queue: Queue<WakeMessage>,
  wake: WakeMessage,
): Promise<WakeOutcome> {
  gathered.push(wake)
  if (gathered.length === 1) {
    gatheringSince = Date.now()
    await pause()
  } else if (gathered.length < BATCH_MAX && Date.now() < gatheringSince + ABANDONED_MS) {
    return 'gathered'
  }
  const batch = gathered
  gathered = []
  if (batch.length === 0) return 'gathered'
  try {
    await queue.sendBatch(batch.map((body) => ({ body })))
    return 'sent'
  } catch (error) {
    log('warn', 'wake.not_sent', { count: batch.length, error: describeError(error) })
    return 'lost'
  }
}

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, GATHER_MS)
  })
