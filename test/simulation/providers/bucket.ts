import { fail, ok } from '../../../src/contract/result.ts'
import type { Invocation } from '../invocation.ts'
import type { Stage } from '../stage.ts'

const TRAVEL_MIN_MS = 10
const TRAVEL_MAX_MS = 200

/** R2, as far as the archive uses it. */
export class SimulatedBucket {
  /** JSON by key. */
  readonly objects = new Map<string, string>()
  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
  }

  binding(invocation: Invocation): Pick<R2Bucket, 'put' | 'delete'> {
    const { delays, faults, scheduler, trace } = this.#stage
    const travel = () => delays.int(TRAVEL_MIN_MS, TRAVEL_MAX_MS)
    const put = (key: string, value: unknown): Promise<null> =>
      invocation.suspend((goOn) => {
        const lose = () => scheduler.after(travel(), () => goOn(fail(new Error('R2 says nothing'))))
        scheduler.after(travel(), () => {
          if (faults.isDown('archive') || faults.strikes('put_lost', 'archive')) return lose()
          trace.note('archive', `keeps ${key}`)
          this.objects.set(key, String(value))
          if (faults.strikes('put_unheard', 'archive')) return lose()
          return scheduler.after(travel(), () => goOn(ok(null)))
        })
      })
    const remove = (keys: string | string[]): Promise<void> =>
      invocation.suspend((goOn) => {
        const lose = () => scheduler.after(travel(), () => goOn(fail(new Error('R2 says nothing'))))
        scheduler.after(travel(), () => {
          if (faults.isDown('archive')) return lose()
          for (const key of [keys].flat()) {
            trace.note('archive', `forgets ${key}`)
            this.objects.delete(key)
          }
          return scheduler.after(travel(), () => goOn(ok(undefined)))
        })
      })
    // The platform's overloads promise objects that the archive never looks at.
    return { put, delete: remove } as Pick<R2Bucket, 'put' | 'delete'>
  }
}
