/** A tab that was frozen while it held the lock must not keep the others out for good. */
const LOCK_WAIT_MS = 10_000

/**
 * One tab at a time, where the browser can say so. Where it cannot, two tabs may refresh at once, which
 * the server takes for a lost reply when it happens within seconds.
 */
export async function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  // The types know only browsers that have it, on pages that came by HTTPS.
  const { locks } = (globalThis.navigator ?? {}) as Partial<Navigator>
  if (locks === undefined) return work()
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), LOCK_WAIT_MS)
  let begun = false
  const begin = () => {
    begun = true
    clearTimeout(timer)
    return work()
  }
  try {
    return await locks.request(name, { signal: patience.signal }, begin)
  } catch (error) {
    if (begun) throw error
    return work()
  } finally {
    clearTimeout(timer)
  }
}
