import type { Foyer } from '../../../client/foyer.ts'
import { Checklist } from '../../../client/react/checklist.tsx'
import { FoyerProvider } from '../../../client/react/foyer-provider.tsx'
import { RecommendationAnchor } from '../../../client/react/recommendation-anchor.tsx'
import { Recommendations } from '../../../client/react/recommendations.tsx'

interface AppProps {
  readonly foyer: Foyer
  readonly onNavigate?: (path: string) => void
}

/** A product's page with all of the components, and two outlets where one would do. */
export const App = ({ foyer, onNavigate }: AppProps) => (
  <FoyerProvider foyer={foyer} {...(onNavigate && { onNavigate })}>
    <Recommendations />
    <main>
      <h1>Projects</h1>
      <button type="button">Before</button>{' '}
      <RecommendationAnchor action="create_task">
        <button type="button">New task</button>
      </RecommendationAnchor>{' '}
      <button type="button">After</button>
      <p>
        <label>
          Notes <input />
        </label>
      </p>
      <Checklist />
    </main>
    <Recommendations />
  </FoyerProvider>
)
