import type { Context } from 'hono'
import type { HttpEnv } from './context.ts'
import { NOTHING_HERE, refuse } from './refuse.ts'

/** Programs are told so in JSON; whoever followed a link is shown a page with a way on. */
export async function nothingHere(c: Context<HttpEnv>): Promise<Response> {
  const page = isFollowedLink(c.req.raw)
    ? await c.env.ASSETS?.fetch(new URL('/404', c.req.url))
    : undefined
  if (!page?.ok) return refuse(c, NOTHING_HERE)
  // With the headers of the pages, whose policy lets their scripts run.
  const headers = new Headers(page.headers)
  headers.set('X-Request-Id', c.get('requestId'))
  return new Response(page.body, { status: 404, headers })
}

/** Browsers name HTML when somebody goes to an address, and not when a script asks. */
const isFollowedLink = ({ method, headers }: Request): boolean =>
  method === 'GET' && (headers.get('Accept') ?? '').includes('text/html')
