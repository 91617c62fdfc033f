import { type RefCallback, useCallback } from 'react'
import { useFoyer } from './use-foyer.ts'
import { watchSeen } from './watch-seen.ts'

/** For the element that shows a recommendation: counts it as soon as it was really seen. */
export function useSeen(recommendationId: string): RefCallback<Element> {
  const foyer = useFoyer()
  return useCallback(
    (element: Element | null) =>
      element === null ? undefined : watchSeen(element, () => foyer.seen(recommendationId)),
    [foyer, recommendationId],
  )
}
