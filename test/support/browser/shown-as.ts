import type { BrowserContext } from 'playwright-core'
import { z } from 'zod'
import type { UiComponent } from '../../../src/contract/recommendation.ts'

const Recommended = z.looseObject({ recommendationId: z.string(), ui_component: z.string() })

/**
 * Shows this profile whatever the server recommends in one component, which otherwise depends on what it
 * recommends. All else is the server's own, and what people answer reaches it.
 */
export async function showAs(context: BrowserContext, component: UiComponent): Promise<void> {
  const rewrite = (text: string): string => {
    const found = Recommended.safeParse(text.startsWith('{') ? JSON.parse(text) : null)
    return found.success ? JSON.stringify({ ...found.data, ui_component: component }) : text
  }
  await context.route('**/api/v1/recommendation', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: rewrite(await response.text()) })
  })
  await context.routeWebSocket(/\/ws\//, (toPage) => {
    const toServer = toPage.connectToServer()
    toServer.onMessage((message) => {
      toPage.send(typeof message === 'string' ? rewrite(message) : message)
    })
  })
}
