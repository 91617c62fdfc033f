import { AsyncLocalStorage } from 'node:async_hooks'

interface Waits {
  ms: number
}

// Whoever measures is far from whoever waits, with a provider's SDK in between.
const current = new AsyncLocalStorage<Waits>()

/** Milliseconds that a call waited for its permit. */
export function noteWait(ms: number): void {
  const waits = current.getStore()
  if (waits !== undefined) waits.ms += ms
}

/** Does the work, and tells how long its calls waited for permits; of calls side by side the sum. */
export async function withWaits<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly waitedMs: number }> {
  const waits: Waits = { ms: 0 }
  const result = await current.run(waits, work)
  return { result, waitedMs: waits.ms }
}
