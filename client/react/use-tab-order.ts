import { useEffect } from 'react'

const FOCUSABLE = 'a[href], button:not([disabled])'

/**
 * Gives a popup, which stands at the end of the document, its place after what it points at: Tab leads
 * from there into it and on to what comes next, Shift+Tab back. Escape at the anchor calls `leave`.
 */
export function useTabOrder(anchor: Element, popup: HTMLElement | null, leave: () => void): void {
  useEffect(() => {
    if (popup === null || !(anchor instanceof HTMLElement)) return undefined
    const stops = () => [...popup.querySelectorAll<HTMLElement>(FOCUSABLE)]
    const atAnchor = (event: KeyboardEvent) => {
      if (event.key === 'Escape') leave()
      if (event.key === 'Tab' && !event.shiftKey) move(event, stops().at(0))
    }
    const within = (event: KeyboardEvent) => {
      if (event.key !== 'Tab') return
      if (event.shiftKey && event.target === stops().at(0)) move(event, anchor)
      // The browser itself goes on from here to whatever comes after the anchor.
      if (!event.shiftKey && event.target === stops().at(-1)) anchor.focus()
    }
    anchor.addEventListener('keydown', atAnchor)
    popup.addEventListener('keydown', within)
    return () => {
      anchor.removeEventListener('keydown', atAnchor)
      popup.removeEventListener('keydown', within)
    }
  }, [anchor, popup, leave])
}

function move(event: KeyboardEvent, to: HTMLElement | undefined): void {
  if (to === undefined) return
  event.preventDefault()
  to.focus()
}
