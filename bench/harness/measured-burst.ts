import type { Burst } from './burst.ts'
import type { LoadGenerator } from './load.ts'
import type { Side } from './side.ts'
import type { Sample } from './turns.ts'

/**
 * So many calls to a side as fast as the answers come, with what they cost it.
 *
 * @throws Error when a single answer was not the expected one
 */
export async function measureBurst(
  side: Side,
  load: LoadGenerator,
  burst: Omit<Burst, 'kind' | 'origin'>,
): Promise<Sample> {
  const before = side.cpuMs()
  const { durationMs, latenciesMs } = await load.send({
    kind: 'burst',
    origin: side.url.href,
    ...burst,
  })
  const after = side.cpuMs()
  return {
    perSecond: (burst.amount / durationMs) * 1_000,
    cpuMs: before === null || after === null ? null : (after - before) / burst.amount,
    latenciesMs,
  }
}
