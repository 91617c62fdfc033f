import { useLayoutEffect } from 'react'

/**
 * For what stands beside the work and takes no focus by itself: Escape within it calls `leave`, and when
 * it goes while the focus is within, the focus is given back to where it came from.
 */
export function useBeside(hint: HTMLElement | null, leave: () => void): void {
  useLayoutEffect(() => {
    const escape = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') leave()
    }
    hint?.addEventListener('keydown', escape)
    return () => hint?.removeEventListener('keydown', escape)
  }, [hint, leave])

  useLayoutEffect(() => {
    if (hint === null) return undefined
    let cameFrom: EventTarget | null = null
    const enter = ({ relatedTarget }: FocusEvent) => {
      if (!(relatedTarget instanceof Node && hint.contains(relatedTarget))) cameFrom = relatedTarget
    }
    hint.addEventListener('focusin', enter)
    return () => {
      hint.removeEventListener('focusin', enter)
      const isWithin = hint.contains(hint.ownerDocument.activeElement)
      if (isWithin && cameFrom instanceof HTMLElement) cameFrom.focus({ preventScroll: true })
    }
  }, [hint])
}
