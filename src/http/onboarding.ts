import { type Context, Hono } from 'hono'
import { IdempotencyKey, SignUpRequest, type SignUpResponse } from '../contract/onboarding.ts'
import type { WakeMessage } from '../contract/messages.ts'
import { type Result, fail, ok } from '../contract/result.ts'
import type { OpenRefusal, OpenSession } from '../contract/subject-rpc.ts'
import { type OpenSpan, inSpan } from '../adapters/trace.ts'
import { isBlocked } from '../core/blocked-domains.ts'
import { normaliseEmail } from '../core/identity.ts'
import { challenge } from './challenge.ts'
import { noteAcceptance } from './acceptances.ts'
import { buildNow } from './build-now.ts'
import type { HttpEnv } from './context.ts'
import { clientAddress, limitByAddress } from './limit-by-address.ts'
import { readJson, validationRefusal } from './read-json.ts'
import { sendWake } from './send-wake.ts'
import { type Refusal, refuse } from './refuse.ts'
import { responseFloor } from './response-floor.ts'

const OptionalIdempotencyKey = IdempotencyKey.optional()

/** `/api/onboarding`: sign up, and watch the account come true. */
export const onboarding = new Hono<HttpEnv>()
  .post('/speculative', responseFloor, limitByAddress, challenge, async (c) => {
    const command = await readSignUp(c)
    if (!command.ok) return refuse(c, command.error)
    return inSpan('speculative.create', {}, (span) => create(c, command.value, span))
  })
  .get('/session', async (c) => {
    const { key, ...claim } = c.get('claims')
    const view = await c.env.SUBJECTS.getByName(key).view(claim)
    return view.ok ? c.json(view.value) : refuse(c, SESSION_ENDED)
  })
  .post('/token', async (c) => {
    const { key, ...claim } = c.get('claims')
    const view = await c.env.SUBJECTS.getByName(key).view(claim)
    if (!view.ok) return refuse(c, SESSION_ENDED)
    return c.json(await signUpResponse(c, { ...claim, key }))
  })

async function create(
  c: Context<HttpEnv>,
  command: SignUp,
  { traceparent, tell }: OpenSpan,
): Promise<Response> {
  const { subjectKey } = command
  const subject = c.env.SUBJECTS.getByName(subjectKey)
  const { opened, wake } = await subject.open({ ...command, traceparent })
  if (!opened.ok) {
    tell({ outcome: opened.error.code })
    return refuse(c, openRefusal(opened.error))
  }
  const { specId, authEpoch, openedAt, replayed } = opened.value
  tell({ specId, outcome: replayed ? 'replayed' : 'created' })
  if (!replayed) noteAcceptance(c, openedAt)
  if (c.get('services').settings.USE_SPECULATIVE_ONBOARDING === 'false') {
    const own: WakeMessage = wake ?? { v: 1, key: subjectKey, sessions: [], traceparent }
    await buildNow(c.env, subject, { specId, authEpoch }, own)
  } else if (wake) sendWake(c, wake)
  return c.json(
    await signUpResponse(c, { specId, authEpoch, key: subjectKey }),
    replayed ? 200 : 201,
  )
}

type SignUp = Omit<OpenSession, 'traceparent'>

/** Everything the object needs, parsed and named; the address itself goes nowhere else. */
async function readSignUp(c: Context<HttpEnv>): Promise<Result<SignUp, Refusal>> {
  const body = await readJson(c, SignUpRequest)
  if (!body.ok) return body
  const idempotencyKey = OptionalIdempotencyKey.safeParse(c.req.header('idempotency-key'))
  if (!idempotencyKey.success) {
    return fail(validationRefusal(idempotencyKey.error, ['Idempotency-Key']))
  }
  const identity = normaliseEmail(body.value.email)
  if (!identity.ok) return fail(invalidEmail(identity.error))
  const { pepper, settings } = c.get('services')
  // By the domain alone, known to us or not: it tells nobody who is here.
  if (isBlocked(identity.value, settings.BLOCKED_EMAIL_DOMAINS)) return fail(invalidEmail(BLOCKED))
  const [subjectKey, client] = await Promise.all([
    pepper.name('email', identity.value),
    pepper.name('client', clientAddress(c.req.raw, settings)),
  ])
  const { plan_id: planId, referrer } = body.value
  return ok({
    subjectKey,
    identity: identity.value,
    client,
    planId,
    ...(referrer === undefined ? {} : { referrer }),
    ...(idempotencyKey.data === undefined ? {} : { idempotencyKey: idempotencyKey.data }),
  })
}

const BLOCKED = 'is of a domain whose addresses are not accepted here'

const invalidEmail = (message: string): Refusal => ({
  code: 'validation_failed',
  message: 'The request is not valid.',
  details: [{ path: 'email', message }],
})

async function signUpResponse(
  c: Context<HttpEnv>,
  session: { readonly specId: string; readonly authEpoch: number; readonly key: string },
): Promise<SignUpResponse> {
  const { tokens, settings } = c.get('services')
  return {
    token: await tokens.issueSpeculative(session, Date.now()),
    specId: session.specId,
    expires_in: settings.TOKEN_TTL_SECONDS,
    status: 'speculative',
  }
}

function openRefusal(refusal: OpenRefusal): Refusal {
  switch (refusal.code) {
    case 'rate_limited':
      return { ...refusal, message: 'Too many sign-ups for this address from this client.' }
    case 'idempotency_key_reused':
      return { ...refusal, message: 'This Idempotency-Key was used with another request.' }
  }
}

export const SESSION_ENDED: Refusal = {
  code: 'unauthorized',
  message: 'This session has ended.',
}
