import { useCallback, useEffect, useRef, useState } from 'react'
import type { Problem } from '../../client/problem.ts'
import { useDesk } from './desk.ts'

/** Somebody watches something being mended. */
export const QUICK_MS = 2_000
/** Figures that move, at a price of some statements each time. */
export const CALM_MS = 10_000
/** What changes by the day, and pages of before. */
export const ONCE = 0

interface Known<T> {
  readonly value: T
  /** When it was said, epoch milliseconds. */
  readonly at: number
}

export interface Live<T> {
  /** The newest; what was known stays while the server is away. */
  readonly known: Known<T> | null
  /** Why there is nothing newer. */
  readonly problem: Problem | null
  /** Asks at once. */
  readonly again: () => void
}

interface Heard<T> extends Pick<Live<T>, 'known' | 'problem'> {
  readonly path: string
  readonly body: object | undefined
}

/**
 * What the server says of `path`, asked again and again while somebody looks.
 *
 * @param everyMs from an answer to the next question
 * @param body of a question that must not be in an address; the same object for the same question
 */
export function useLive<T>(path: string, everyMs: number, body?: object): Live<T> {
  const desk = useDesk()
  const [heard, setHeard] = useState<Heard<T> | null>(null)
  const ask = useRef<() => void>(() => undefined)
  useEffect(() => {
    const end = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async () => {
      clearTimeout(timer)
      const answer = await (body === undefined
        ? desk.read<T>(path, end.signal)
        : desk.send<T>(path, body))
      if (end.signal.aborted) return
      const at = Date.now()
      setHeard((before) => {
        const known = isOf(before, path, body) ? before.known : null
        return answer.ok
          ? { path, body, known: { value: answer.value, at }, problem: null }
          : { path, body, known, problem: answer.error }
      })
      if (everyMs > 0) timer = setTimeout(lookIfSeen, everyMs)
    }
    const lookIfSeen = () => {
      if (document.visibilityState === 'visible') void look()
    }
    ask.current = () => void look()
    void look()
    document.addEventListener('visibilitychange', lookIfSeen)
    return () => {
      end.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', lookIfSeen)
    }
  }, [desk, path, body, everyMs])
  const again = useCallback(() => ask.current(), [])
  return isOf(heard, path, body) ? { ...heard, again } : { known: null, problem: null, again }
}

/** What was heard may be the answer to an earlier question. */
const isOf = <T>(
  heard: Heard<T> | null,
  path: string,
  body: object | undefined,
): heard is Heard<T> => heard !== null && heard.path === path && heard.body === body
