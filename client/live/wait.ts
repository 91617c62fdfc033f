/**
 * Waits, but no longer than anybody waits for the end of it.
 *
 * @param looks who is called when waiting may be over: this too, for as long as it lasts
 */
export const wait = (ms: number, signal: AbortSignal, looks: Set<() => void>): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      looks.delete(done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    looks.add(done)
    signal.addEventListener('abort', done)
  })
