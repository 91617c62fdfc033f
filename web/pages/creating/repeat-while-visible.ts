import { backOff } from '../../../client/back-off.ts'
import type { Problem } from '../../../client/problem.ts'

/**
 * Asks at once, and again a while after each answer: later after each failure in a row, and not while
 * nobody looks at the page.
 *
 * @param ask why it came to nothing, or `null`
 * @returns stops
 */
export function repeatWhileVisible(
  ask: () => Promise<Problem | null>,
  everyMs: number,
): () => void {
  let failures = 0
  let underWay = false
  let over = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = async () => {
    clearTimeout(timer)
    if (underWay || document.visibilityState !== 'visible') return
    underWay = true
    const problem = await ask()
    underWay = false
    if (over) return
    failures = problem === null ? 0 : failures + 1
    const more = problem && backOff(failures, Math.random(), problem.retryAfterMs)
    timer = setTimeout(() => void look(), everyMs + (more ?? 0))
  }
  const seen = () => void look()
  document.addEventListener('visibilitychange', seen)
  seen()
  return () => {
    over = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', seen)
  }
}
