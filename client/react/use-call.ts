import { useCallback, useRef, useState } from 'react'
import type { Outcome, Problem } from '../problem.ts'

export interface Call<A, T> {
  readonly pending: boolean
  /** Of the last call, if it went well. */
  readonly value: T | null
  /** Of the last call, if it did not; gone as soon as the next is under way. */
  readonly problem: Problem | null
  /** A second press while the first is under way is the same press. */
  readonly start: (argument: A) => void
}

const NO_ANSWER = { pending: false, value: null, problem: null }

/**
 * One call at a time, and what came of the last. Not a React action: those end together, so that a slow
 * one would hold back the answer of another.
 *
 * @param call the same function while it means the same
 */
export function useCall<A, T>(call: (argument: A) => Outcome<T>): Call<A, T> {
  const underWay = useRef(false)
  const [state, show] = useState<Omit<Call<A, T>, 'start'>>(NO_ANSWER)
  const start = useCallback(
    (argument: A) => {
      if (underWay.current) return
      underWay.current = true
      show({ ...NO_ANSWER, pending: true })
      void call(argument).then((result) => {
        underWay.current = false
        return show(
          result.ok
            ? { ...NO_ANSWER, value: result.value }
            : { ...NO_ANSWER, problem: result.error },
        )
      })
    },
    [call],
  )
  return { ...state, start }
}
