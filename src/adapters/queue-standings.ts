import type { QueueStanding } from '../core/metrics/standing.ts'
import type { Bindings } from '../env.ts'
import { describeError, log } from './log.ts'
import { within } from './within.ts'

/** As for a provider's budget: whoever looks wants an answer, also when the platform is slow. */
const QUEUE_TIMEOUT_MS = 2_000

/** The queues that we send to, by name; of dead-letter queues the platform tells nobody but their consumers. */
const QUEUES = {
  'foyer-hydration': 'HYDRATION',
  'foyer-behavior-events': 'BEHAVIOR',
  'foyer-policy-questions': 'POLICY',
} as const

/** How full the queues are. A queue that does not say is left out. Never throws. */
export async function queueStandings(
  env: Bindings,
  now: number,
): Promise<readonly QueueStanding[]> {
  const asked = await Promise.all(
    Object.entries(QUEUES).map(async ([queue, binding]) => {
      try {
        const { backlogCount, oldestMessageTimestamp } = await within(
          QUEUE_TIMEOUT_MS,
          env[binding].metrics(),
        )
        const oldest = oldestMessageTimestamp?.getTime() ?? 0
        return [
          {
            queue,
            depth: backlogCount,
            oldestSeconds: oldest === 0 ? null : Math.max(0, now - oldest) / 1_000,
          },
        ]
      } catch (error) {
        log('warn', 'queue.no_answer', { queue, error: describeError(error) })
        return []
      }
    }),
  )
  return asked.flat()
}
