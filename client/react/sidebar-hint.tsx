import { useId, useState } from 'react'
import { Announcement } from './announcement.tsx'
import { useScope } from './context.ts'
import { RecommendationButtons } from './recommendation-buttons.tsx'
import { useBeside } from './use-beside.ts'
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
  const [hint, setHint] = useState<HTMLElement | null>(null)
  useBeside(hint, standing.later)
  return (
    <>
      <Announcement>{isShown ? words.appeared(recommendation) : ''}</Announcement>
      {isShown && (
        <aside ref={setHint} className="foyer-surface foyer-sidebar-hint" aria-labelledby={label}>
          <div ref={seen}>
            <p id={label} className="foyer-label">
              {words.suggestion}
            </p>
            <p className="foyer-text">{recommendation}</p>
            <RecommendationButtons standing={standing} />
          </div>
        </aside>
      )}
    </>
  )
}
