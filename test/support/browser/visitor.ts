import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { patiently } from '../foyer.ts'

export interface VisitOptions extends BrowserContextOptions {
  /** What the browser may complain about here, since the test brings it about. */
  readonly expected?: readonly RegExp[]
}

/** Somebody with a browser profile of their own, on a first page of it. */
export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  /** What must not be: errors of pages and of the console, and requests to elsewhere. */
  complaints(): readonly string[]
}

/** What browsers say by themselves, whatever the page makes of it. */
const HARMLESS = [
  // A page that is left before it has faded in.
  /AbortError Transition was skipped/,
]

/**
 * Where a test ends a session (a proof does, also the person's own) or lets its token grow old: whatever
 * asks at that moment is refused, and whether anything does is chance. A refresh never is: that counts.
 */
export const SESSION_ENDS = [
  /status of 401 .*\/api\/(?:onboarding|v1)\//,
  /WebSocket connection to .*HTTP Authentication failed/,
]

/** @param site the only origin that pages may speak to */
export async function visit(
  browser: Browser,
  site: string,
  { expected = [], ...options }: VisitOptions,
): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: site, ...options })
  context.setDefaultTimeout(patiently.timeout)
  const complaints = watch(context, site)
  return {
    context,
    page: await context.newPage(),
    complaints: () =>
      complaints.filter((text) => ![...HARMLESS, ...expected].some((known) => known.test(text))),
  }
}

/** Also violations of the content security policy and React's remarks are messages of the console. */
function watch(context: BrowserContext, site: string): readonly string[] {
  const complaints: string[] = []
  context.on('console', (message) => {
    const type = message.type()
    if (type === 'error' || type === 'warning') {
      const { url } = message.location()
      complaints.push(`${type} on ${message.page()?.url()}: ${message.text()} (${url})`)
    }
  })
  context.on('weberror', (webError) => {
    const error = webError.error()
    complaints.push(
      `uncaught on ${webError.page()?.url()}: ${error.name} ${error.message} ${error.stack}`,
    )
  })
  context.on('request', (request) => {
    const url = new URL(request.url())
    const isElsewhere = url.protocol.startsWith('http') && url.origin !== new URL(site).origin
    if (isElsewhere) complaints.push(`asked another origin: ${request.url()}`)
  })
  return complaints
}
