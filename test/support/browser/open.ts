import type { Page } from 'playwright-core'

/** React leaves its props on each element that it has taken over, under a name with this beginning. */
const TAKEN_OVER = '__reactProps$'

/** Goes to a page, and waits until it answers to what people do: before that there is only its markup. */
export async function open(page: Page, path: string): Promise<void> {
  await goTo(page, path)
  await untilAlive(page)
}

/** The page before may be on its way somewhere by itself at that moment: then once more. */
export async function goTo(page: Page, path: string): Promise<void> {
  for (;;) {
    try {
      await page.goto(path)
      return
    } catch (error) {
      if (!(error instanceof Error) || !INTERRUPTED.test(error.message)) throw error
    }
  }
}

const INTERRUPTED = /interrupted by another navigation|net::ERR_ABORTED/

/** The same for a page that was come to in another way. */
export async function untilAlive(page: Page): Promise<void> {
  await page.waitForFunction((prefix) => {
    const main = document.querySelector('main')
    return main !== null && Object.keys(main).some((key) => key.startsWith(prefix))
  }, TAKEN_OVER)
}
