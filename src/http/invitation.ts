import { Hono } from 'hono'
import { ResumeRequest } from '../contract/onboarding.ts'
import { currentTrace } from '../adapters/trace.ts'
import { resumeSeal, unsubscribeSeal } from '../core/sealed.ts'
import { noteAcceptance } from './acceptances.ts'
import type { HttpEnv } from './context.ts'
import { clientAddress, limitByAddress } from './limit-by-address.ts'
import { memberResponse } from './member-response.ts'
import { readJson } from './read-json.ts'
import { type Refusal, refuse } from './refuse.ts'

/** For a link that is old, spent, not ours, or of somebody whose account is gone: all alike. */
const LINK_EXPIRED: Refusal = {
  code: 'link_expired',
  message: 'This link does not work any more. Please sign up again.',
}

/** The two links of an invitation. A `GET` never spends anything (B12): mail scanners follow links. */
export const invitation = new Hono<HttpEnv>()
  .post('/resume', limitByAddress, async (c) => {
    const body = await readJson(c, ResumeRequest)
    if (!body.ok) return refuse(c, body.error)
    const services = c.get('services')
    const link = await resumeSeal.open(services.pepper, body.value.resumeToken)
    if (link === null) return refuse(c, LINK_EXPIRED)
    const client = await services.pepper.name('client', clientAddress(c.req.raw, services.settings))
    const granted = await c.env.SUBJECTS.getByName(link.subjectKey).resume({
      mail: link.mail,
      client,
      traceparent: currentTrace(),
    })
    if (!granted.ok) return refuse(c, LINK_EXPIRED)
    const { openedAt } = granted.value
    if (openedAt !== null) noteAcceptance(c, openedAt)
    return c.json(await memberResponse(services, link.subjectKey, granted.value))
  })
  // People arrive by GET, and are asked; mail programs post (RFC 8058), whatever they put into the body.
  .get('/unsubscribe', (c) => {
    const { settings } = c.get('services')
    const token = encodeURIComponent(c.req.query('token') ?? '')
    return c.redirect(`${settings.PUBLIC_BASE_URL}/unsubscribe#${token}`)
  })
  .post('/unsubscribe', async (c) => {
    const link = await unsubscribeSeal.open(c.get('services').pepper, c.req.query('token') ?? '')
    if (link === null) return refuse(c, LINK_EXPIRED)
    await c.env.SUBJECTS.getByName(link.subjectKey).unsubscribe()
    return c.json({ ok: true })
  })
