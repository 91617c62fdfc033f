import { useEffect } from 'react'

const FOCUSABLE = 'a[href], button:not([disabled])'

/**
 * Gives a popup, which stands at the end of the document, its place after what it points at: Tab leads
 * from there into it, Shift+Tab back. Escape in either calls `leave`.
 */
export function useTabOrder(anchor: Element, popup: Element | null, leave: () => void): void {
  useEffect(() => {
    if (popup === null || !(anchor instanceof HTMLElement)) return undefined
    const stops = () => [...popup.querySelectorAll<HTMLElement>(FOCUSABLE)]
    const fromAnchor = (event: Event) => {
      if (!(event instanceof KeyboardEvent)) return
      if (event.key === 'Escape') leave()
      if (event.key === 'Tab' && !event.shiftKey) move(event, stops().at(0))
    }
    const fromPopup = (event: Event) => {
      if (!(event instanceof KeyboardEvent)) return
      if (event.key === 'Tab' && event.shiftKey && event.target === stops().at(0)) {
        move(event, anchor)
      }
      // The browser itself goes on from here to whatever comes after the anchor.
      if (event.key === 'Tab' && !event.shiftKey && event.target === stops().at(-1)) anchor.focus()
      if (event.key !== 'Escape') return
      leave()
      anchor.focus()
    }
    anchor.addEventListener('keydown', fromAnchor)
    popup.addEventListener('keydown', fromPopup)
    return () => {
      anchor.removeEventListener('keydown', fromAnchor)
      popup.removeEventListener('keydown', fromPopup)
    }
  }, [anchor, popup, leave])
}

function move(event: KeyboardEvent, to: HTMLElement | undefined): void {
  if (to === undefined) return
  event.preventDefault()
  to.focus()
}
