import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe finds wrong with the page as it is now, one line for each element. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  // What the debugger evaluates is under no content security policy.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => window.axe.run())
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id} (${help}): ${target.join(' ')} ${failureSummary}`,
    ),
  )
}

declare global {
  interface Window {
    readonly axe: typeof axe
  }
}
