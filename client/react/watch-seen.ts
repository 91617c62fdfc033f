/** Half of it for a second is what the trade calls seen (IAB and MRC, display advertisements). */
const SEEN_SHARE = 0.5
const SEEN_MS = 1_000

/**
 * Calls `seen` once when most of an element has been on the screen for a moment, in a page that was in
 * front all the while. What is hidden there, as beside something that was scrolled away, is not seen.
 *
 * @returns stops to watch
 */
export function watchSeen(element: Element, seen: () => void): () => void {
  const page = element.ownerDocument
  let onScreen = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = () => {
    clearTimeout(timer)
    if (!onScreen || page.visibilityState !== 'visible') return
    timer = setTimeout(() => {
      // Observers say nothing of this, neither now nor when it ends.
      if (getComputedStyle(element).visibility !== 'visible') return look()
      stop()
      seen()
    }, SEEN_MS)
  }
  const observer = new IntersectionObserver(
    (entries) => {
      onScreen = (entries.at(-1)?.intersectionRatio ?? 0) >= SEEN_SHARE
      look()
    },
    { threshold: SEEN_SHARE },
  )
  const stop = () => {
    clearTimeout(timer)
    observer.disconnect()
    page.removeEventListener('visibilitychange', look)
  }
  observer.observe(element)
  page.addEventListener('visibilitychange', look)
  return stop
}
