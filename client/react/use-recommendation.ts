import { useSyncExternalStore } from 'react'
import type { RecommendationView, UiComponent } from '../../src/contract/recommendation.ts'
import { useScope } from './context.ts'
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
 * What to show next, until it is answered here.
 *
 * @param component only if it is to be shown like this; absent: however
 */
export function useRecommendation(component?: UiComponent): StandingRecommendation | null {
  const { foyer, stage } = useScope()
  const recommendation = useSnapshot((snapshot) => snapshot.recommendation)
  const id = recommendation?.recommendationId ?? null
  const isAnswered = () => id !== null && stage.isAnswered(id)
  const answered = useSyncExternalStore(stage.subscribe, isAnswered, () => false)
  if (recommendation === null || id === null || answered) return null
  if (component !== undefined && recommendation.ui_component !== component) return null
  const answer = (tell: (recommendationId: string) => void) => () => {
    stage.answer(id)
    tell(id)
  }
  return {
    recommendation,
    seen: () => foyer.seen(id),
    accept: answer((it) => foyer.clicked(it)),
    later: answer((it) => foyer.snooze(it)),
    decline: answer((it) => foyer.dismiss(it)),
  }
}
