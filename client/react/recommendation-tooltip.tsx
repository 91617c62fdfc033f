import { Popover } from '@base-ui/react/popover'
import { useState } from 'react'
import { Announcement } from './announcement.tsx'
import { useScope } from './context.ts'
import { RecommendationButtons } from './recommendation-buttons.tsx'
import { useBeside } from './use-beside.ts'
import { useMoment } from './use-moment.ts'
import type { StandingRecommendation } from './use-recommendation.ts'
import { useSeen } from './use-seen.ts'
import { useTabOrder } from './use-tab-order.ts'

interface RecommendationTooltipProps {
  readonly standing: StandingRecommendation
  readonly anchor: Element
}

/** Points at its anchor and takes no focus; Tab leads from the anchor into it, and on. */
export function RecommendationTooltip({ standing, anchor }: RecommendationTooltipProps) {
  const { words } = useScope()
  const { recommendation, recommendationId } = standing.recommendation
  const isShown = useMoment('beside', recommendationId)
  const seen = useSeen(recommendationId)
  const [popup, setPopup] = useState<HTMLDivElement | null>(null)
  useBeside(popup, standing.later)
  useTabOrder(anchor, popup, standing.later)
  return (
    <>
      <Announcement>{isShown ? words.appeared(recommendation) : ''}</Announcement>
      {/* It appeared by itself, so a press or Escape elsewhere is not about it. */}
      <Popover.Root open={isShown}>
        <Popover.Portal>
          <Popover.Positioner
            className="foyer-positioner"
            anchor={anchor}
            side="bottom"
            sideOffset={12}
            collisionPadding={12}
          >
            <Popover.Popup
              ref={setPopup}
              className="foyer-surface foyer-tooltip"
              initialFocus={false}
              finalFocus={false}
            >
              <Popover.Arrow className="foyer-arrow" />
              <div ref={seen} className="foyer-tooltip-body">
                <Popover.Title className="foyer-label">{words.suggestion}</Popover.Title>
                <Popover.Description className="foyer-text">{recommendation}</Popover.Description>
                <RecommendationButtons standing={standing} />
              </div>
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </>
  )
}
