import { useScope } from './context.ts'
import { PathLink } from './path-link.tsx'
import type { StandingRecommendation } from './use-recommendation.ts'

/** What can be answered: go there, not now, not at all. */
export function RecommendationButtons({ standing }: { readonly standing: StandingRecommendation }) {
  const { words } = useScope()
  const { action } = standing.recommendation
  return (
    <div className="foyer-buttons">
      <PathLink
        className="foyer-button foyer-primary"
        path={action.path}
        onFollow={standing.accept}
      >
        {action.title}
      </PathLink>
      <button type="button" className="foyer-button" onClick={standing.later}>
        {words.later}
      </button>
      <button type="button" className="foyer-button" onClick={standing.decline}>
        {words.decline}
      </button>
    </div>
  )
}
