import { useEffect, useState } from 'react'
import { type Intrusion, isTheMoment } from './moment.ts'
import { watchAttention } from './watch-attention.ts'

/** Dialogs open and close without a word to others: looked at so often, while something waits. */
const LOOK_EVERY_MS = 200

/**
 * Whether the moment to appear has come since `what` was first asked for. Once come it stays: what is on
 * the screen does not vanish because somebody types.
 */
export function useMoment(intrusion: Intrusion, what: string): boolean {
  const [come, setCome] = useState<string | null>(null)
  useEffect(() => {
    const attention = watchAttention(document, () => performance.now())
    const look = setInterval(() => {
      if (!isTheMoment(intrusion, attention.now())) return
      clearInterval(look)
      setCome(what)
    }, LOOK_EVERY_MS)
    return () => {
      clearInterval(look)
      attention.stop()
    }
  }, [intrusion, what])
  return come === what
}
