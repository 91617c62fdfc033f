import { useId } from 'react'
import { Announcement } from './announcement.tsx'
import { useScope } from './context.ts'
import { RecommendationButtons } from './recommendation-buttons.tsx'
import { useMoment } from './use-moment.ts'
import type { StandingRecommendation } from './use-recommendation.ts'
import { useSeen } from './use-seen.ts'

/** In a corner, beside the work. It takes no focus; screen readers hear of it when they have finished. */
export function SidebarHint({ standing }: { readonly standing: StandingRecommendation }) {
  const { words } = useScope()
  const { recommendation, recommendationId } = standing.recommendation
  const isShown = useMoment('beside', recommendationId)
  const seen = useSeen(recommendationId)
  const label = useId()
  return (
    <>
      <Announcement>{isShown ? words.appeared(recommendation) : ''}</Announcement>
      {isShown && (
        <aside ref={seen} className="foyer-surface foyer-sidebar-hint" aria-labelledby={label}>
          <p id={label} className="foyer-label">
            {words.suggestion}
          </p>
          <p className="foyer-text">{recommendation}</p>
          <RecommendationButtons standing={standing} />
        </aside>
      )}
    </>
  )
}
