import { type ReactNode, useCallback } from 'react'
import { useRecommendationAnchor } from './use-recommendation-anchor.ts'

export interface RecommendationAnchorProps {
  /** An action's id of the catalogue. */
  readonly action: string
  /** One element. */
  readonly children: ReactNode
}

/**
 * Marks the element that a tooltip about this action points at. The wrapper has no box of its own; where
 * even that is one element too many, `useRecommendationAnchor` does it without.
 */
export function RecommendationAnchor({ action, children }: RecommendationAnchorProps) {
  const mark = useRecommendationAnchor(action)
  const markChild = useCallback(
    (wrapper: Element | null) => mark(wrapper?.firstElementChild ?? null),
    [mark],
  )
  return (
    <span ref={markChild} className="foyer-anchor" data-foyer-action={action}>
      {children}
    </span>
  )
}
