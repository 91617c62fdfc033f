import { lazy, useEffect, useState, useSyncExternalStore } from 'react'
import { useScope } from './context.ts'
import { Quietly } from './quietly.tsx'
import { SidebarHint } from './sidebar-hint.tsx'
import { type StandingRecommendation, useRecommendation } from './use-recommendation.ts'

// What these two stand on is three times the size of all the rest, and many a visit needs neither.
const RecommendationModal = lazy(async () => ({
  default: (await import('./recommendation-modal.tsx')).RecommendationModal,
}))
const RecommendationTooltip = lazy(async () => ({
  default: (await import('./recommendation-tooltip.tsx')).RecommendationTooltip,
}))

/**
 * Shows whatever is recommended, in its component: once, anywhere below the provider. A tooltip whose
 * action has no anchor on the page, or none that is drawn, is shown as a sidebar hint.
 */
export function Recommendations() {
  const { stage } = useScope()
  const [outlet] = useState(() => ({}))
  useEffect(() => stage.addOutlet(outlet), [stage, outlet])
  const isOurs = useSyncExternalStore(
    stage.subscribe,
    () => stage.shows(outlet),
    () => false,
  )
  const standing = useRecommendation()
  if (!isOurs || standing === null) return null
  return (
    <Quietly key={standing.recommendation.recommendationId}>
      <InItsComponent standing={standing} />
    </Quietly>
  )
}

function InItsComponent({ standing }: { readonly standing: StandingRecommendation }) {
  const { stage } = useScope()
  const { action, ui_component: component } = standing.recommendation
  const anchor = useSyncExternalStore(
    stage.subscribe,
    () => stage.anchorOf(action.id),
    () => null,
  )
  switch (component) {
    case 'modal':
      return <RecommendationModal standing={standing} />
    case 'tooltip':
      return anchor === null ? (
        <SidebarHint standing={standing} />
      ) : (
        <RecommendationTooltip standing={standing} anchor={anchor} />
      )
    case 'sidebar_hint':
      return <SidebarHint standing={standing} />
    case 'email_trigger':
    case 'none':
      return null
  }
}
