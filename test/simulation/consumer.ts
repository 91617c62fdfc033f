import { WakeMessage } from '../../src/contract/messages.ts'
import type { Invocation } from './invocation.ts'
import type { Batch } from './queue.ts'
import { workOff } from './work-off.ts'
import type { World } from './world.ts'

/** As in `queues/hydration.ts`. */
const WORK_MS = 20_000
const RETRY_DELAY_MS = 10_000

/** `queues/hydration.ts` with the world in place of its bindings. */
export async function consumeHydration(
  world: World,
  batch: Batch,
  invocation: Invocation,
): Promise<void> {
  const now = () => world.stage.clocks.now('consumers')
  const wakes = batch.messages.flatMap((message) => {
    const body = WakeMessage.safeParse(JSON.parse(message.body))
    if (!body.success) batch.retry(message)
    return body.success ? [{ message, body: body.data }] : []
  })
  const unanswered = await workOff(
    world,
    invocation,
    wakes.map(({ body }) => body),
    { now, stopAt: now() + WORK_MS },
  )
  for (const { message, body } of wakes) {
    if (unanswered.has(body.key)) batch.retry(message, RETRY_DELAY_MS)
    else batch.ack(message)
  }
}
