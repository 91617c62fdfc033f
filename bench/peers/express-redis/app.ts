import { randomUUID } from 'node:crypto'
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import { z } from 'zod'
import { EVENTS_PER_CALL_MAX, ReportedEvent } from '../../../src/contract/behaviour.ts'
import { SignUpRequest } from '../../../src/contract/onboarding.ts'
import { normaliseEmail } from '../../../src/core/identity.ts'
import type { PeerSettings } from '../run-peer.ts'
import { answerFault } from './answer-fault.ts'
import { Store } from './store.ts'
import { type Claims, TOKEN_TTL_SECONDS, Tokens } from './tokens.ts'

/** As Foyer's. */
const BODY_MAX = '1mb'

const Settings = z.object({ REDIS_URL: z.url(), PEPPER: z.string(), TOKEN_KEYS: z.string() })

const Report = z.union([
  z.strictObject({ events: z.array(ReportedEvent).min(1).max(EVENTS_PER_CALL_MAX) }),
  ReportedEvent,
])

/** Of calls with a token. */
type Known = Response<unknown, { claims: Claims }>

/** The two calls that are compared: they take and answer what Foyer's do. */
export async function createApp(given: PeerSettings): Promise<Express> {
  const settings = Settings.parse(given)
  const store = await Store.open(settings.REDIS_URL, settings.PEPPER)
  const tokens = await Tokens.of(settings.TOKEN_KEYS)
  const json = express.json({ limit: BODY_MAX })
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.post('/api/onboarding/speculative', json, signUp(store, tokens))
  app.post('/api/v1/events', authenticate(tokens), json, takeEvents(store))
  return app.use(answerFault)
}

const signUp =
  (store: Store, tokens: Tokens): RequestHandler =>
  async (request, response) => {
    const { email, plan_id: planId, referrer } = SignUpRequest.parse(request.body)
    const address = normaliseEmail(email)
    if (!address.ok) return void response.status(400).json({ error: address.error })
    const specId = randomUUID()
    const key = store.keyOf(address.value)
    const opened = await store.open({ specId, key, email: address.value, planId, referrer })
    if (!opened.isWithinLimit) {
      response.set('retry-after', String(Math.ceil(opened.retryAfterMs / 1_000)))
      return void response.status(429).json({ error: 'rate_limited' })
    }
    response.status(201).json({
      token: await tokens.sign(specId, key),
      specId,
      expires_in: TOKEN_TTL_SECONDS,
      status: 'speculative',
    })
  }

const authenticate =
  (tokens: Tokens) =>
  async (request: Request, response: Known, next: NextFunction): Promise<void> => {
    const [scheme, token = ''] = request.headers.authorization?.split(' ') ?? []
    const claims = scheme === 'Bearer' ? await tokens.verify(token) : null
    if (claims === null) return void response.status(401).json({ error: 'unauthorized' })
    response.locals.claims = claims
    next()
  }

const takeEvents =
  (store: Store) =>
  async (request: Request, response: Known): Promise<void> => {
    const { claims } = response.locals
    const report = Report.parse(request.body)
    const reported = 'events' in report ? report.events : [report]
    if (reported.some(({ userId }) => userId !== claims.specId)) {
      return void response.status(403).json({ error: 'forbidden' })
    }
    const receivedAt = Date.now()
    const events = reported.map((event) => ({ eventId: randomUUID(), ...event, receivedAt }))
    await store.report(claims, events)
    const eventIds = events.map(({ eventId }) => eventId)
    response
      .status(202)
      .json(
        'events' in report
          ? { status: 'queued', eventIds, rejected: [] }
          : { status: 'queued', eventId: eventIds[0] },
      )
  }
