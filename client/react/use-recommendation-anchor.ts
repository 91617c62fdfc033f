import { type RefCallback, useCallback } from 'react'
import { useScope } from './context.ts'

/** For the element that a tooltip about this action points at: `<button ref={…}>`. */
export function useRecommendationAnchor(action: string): RefCallback<Element> {
  const { stage } = useScope()
  return useCallback(
    (element: Element | null) => (element === null ? undefined : stage.addAnchor(action, element)),
    [stage, action],
  )
}
