import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/**
 * What a child process says next.
 *
 * @throws Error when it ends instead
 */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const waiting = new AbortController()
  try {
    return await Promise.race([
      once(child, 'message', waiting).then(([message]): unknown => message),
      once(child, 'exit', waiting).then(([code]) => {
        throw new Error(`${child.spawnfile} ended: ${String(code)}`)
      }),
    ])
  } finally {
    waiting.abort()
  }
}
