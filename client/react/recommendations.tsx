import { CSPProvider } from '@base-ui/react/csp-provider'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { useScope } from './context.ts'
import { RecommendationModal } from './recommendation-modal.tsx'
import { RecommendationTooltip } from './recommendation-tooltip.tsx'
import { SidebarHint } from './sidebar-hint.tsx'
import { type StandingRecommendation, useRecommendation } from './use-recommendation.ts'

/**
 * Shows whatever is recommended, in its component: once, anywhere below the provider. A tooltip whose
 * action has no anchor on the page is shown as a sidebar hint.
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
  return (
    <CSPProvider disableStyleElements>
      {isOurs && standing !== null && (
        <InItsComponent key={standing.recommendation.recommendationId} standing={standing} />
      )}
    </CSPProvider>
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
