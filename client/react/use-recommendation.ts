import { useMemo } from 'react'
import type { RecommendationView, UiComponent } from '../../src/contract/recommendation.ts'
import { useFoyer } from './use-foyer.ts'
import { useSnapshot } from './use-snapshot.ts'

/** For a component of the product's own; ours call the same four. */
export interface StandingRecommendation {
  readonly recommendation: RecommendationView
  /** It was on the screen; counts once. */
  readonly seen: () => void
  /** They go where it leads. */
  readonly accept: () => void
  /** Not now: hidden in this browser for a while. */
  readonly later: () => void
  /** Not again for days. */
  readonly decline: () => void
}

/**
 * What to show next. Answered, it is gone at once; put off, until its time has come again.
 *
 * @param component only if it is to be shown like this; absent: however
 */
export function useRecommendation(component?: UiComponent): StandingRecommendation | null {
  const foyer = useFoyer()
  const recommendation = useSnapshot((snapshot) => snapshot.recommendation)
  return useMemo(() => {
    if (recommendation === null) return null
    if (component !== undefined && recommendation.ui_component !== component) return null
    const id = recommendation.recommendationId
    return {
      recommendation,
      seen: () => foyer.seen(id),
      accept: () => foyer.clicked(id),
      later: () => foyer.snooze(id),
      decline: () => foyer.dismiss(id),
    }
  }, [foyer, recommendation, component])
}
