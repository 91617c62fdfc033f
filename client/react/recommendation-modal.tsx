import { Dialog } from '@base-ui/react/dialog'
import { useRef } from 'react'
import { useScope } from './context.ts'
import { RecommendationButtons } from './recommendation-buttons.tsx'
import { useMoment } from './use-moment.ts'
import type { StandingRecommendation } from './use-recommendation.ts'
import { useSeen } from './use-seen.ts'

/**
 * Takes the focus, keeps it, and gives it back. It waits until nobody is typing or pressing anything;
 * Escape and a press beside it mean "later", never "no".
 */
export function RecommendationModal({ standing }: { readonly standing: StandingRecommendation }) {
  const { words } = useScope()
  const { recommendation, recommendationId } = standing.recommendation
  const isOpen = useMoment('takes_focus', recommendationId)
  const seen = useSeen(recommendationId)
  const popup = useRef<HTMLDivElement>(null)
  const close = (open: boolean) => {
    if (!open) standing.later()
  }
  return (
    <Dialog.Root open={isOpen} onOpenChange={close}>
      <Dialog.Portal>
        <Dialog.Backdrop className="foyer-backdrop" />
        {/* The dialog itself is focused: Space or Enter that was meant for the page answers nothing. */}
        <Dialog.Popup ref={popup} className="foyer-surface foyer-modal" initialFocus={popup}>
          <div ref={seen}>
            <Dialog.Title className="foyer-label">{words.suggestion}</Dialog.Title>
            <Dialog.Description className="foyer-text">{recommendation}</Dialog.Description>
            <RecommendationButtons standing={standing} />
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
