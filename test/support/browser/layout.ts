import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** What people look at after a run; git ignores it. */
const SCREENSHOTS = join(import.meta.dirname, '..', '..', 'browser', 'screenshots')

/** Of windows: a laptop's, and a telephone's. */
export const SIZES = {
  wide: { width: 1280, height: 800 },
  narrow: { width: 390, height: 844 },
} as const

/** The whole page, as long as it is. @returns how many bytes its picture has. */
export async function screenshot(page: Page, name: string): Promise<number> {
  await mkdir(SCREENSHOTS, { recursive: true })
  const picture = await page.screenshot({
    path: join(SCREENSHOTS, `${name}.png`),
    fullPage: true,
    animations: 'disabled',
  })
  return picture.length
}

/** By how many pixels the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

/** How much of the window has moved by itself so far, as browsers score it: 0 is nothing. */
export const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let total = 0
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as LayoutShift[]) {
            if (!entry.hadRecentInput) total += entry.value
          }
        })
        observer.observe({ type: 'layout-shift', buffered: true })
        // What was buffered is delivered in a task before the second frame.
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(total))))
      }),
  )

/** Not yet among TypeScript's own. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number
  readonly hadRecentInput: boolean
}
