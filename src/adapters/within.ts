/**
 * For what takes no `AbortSignal`: it goes on, and nobody hears of it.
 *
 * @throws what `answer` throws, or a `TimeoutError`
 */
export async function within<T>(durationMs: number, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DOMException('', 'TimeoutError')), durationMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
