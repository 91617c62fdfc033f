import { type Context, Hono } from 'hono'
import { describeError, log } from '../adapters/log.ts'
import { currentTrace } from '../adapters/trace.ts'
import type { Result } from '../contract/result.ts'
import type { SignedIn, Standing } from '../contract/subject-rpc.ts'
import { noteAcceptance } from './acceptances.ts'
import type { HttpEnv } from './context.ts'
import { type Refusal, refuse } from './refuse.ts'
import { indexedStanding } from './indexed-standing.ts'
import { sendWake } from './send-wake.ts'

/** Where the account can be seen coming true. */
const REDIRECT = '/creating'

/** `/api/user`: people who are signed in, here or with an outside issuer, and their account. */
export const user = new Hono<HttpEnv>()
  .post('/onboard', async (c) => {
    const { key: subjectKey, who } = signedIn(c)
    const planId = c.get('services').settings.DEFAULT_PLAN_ID
    const command = { subjectKey, who, planId, traceparent: currentTrace() }
    const reply = await answer(c, () => c.env.SUBJECTS.getByName(subjectKey).onboard(command))
    if (reply === null) return refuse(c, AWAY)
    const { standing, opened, wake } = reply
    if (wake) sendWake(c, wake)
    if (standing.ok) {
      if (opened) noteAcceptance(c, standing.value.enqueuedAt)
      return c.json({ ok: true, state: standing.value.state, redirect: REDIRECT })
    }
    return standing.error.code === 'rate_limited'
      ? refuse(c, { ...standing.error, message: 'Too many requests for this account.' })
      : refuse(c, SIGNED_OUT)
  })
  .get('/status', async (c) => {
    const { key, who } = signedIn(c)
    const ask = async () => c.env.SUBJECTS.getByName(key).standing(who)
    const live = await answer<Result<Standing | null, 'signed_out'>>(c, ask)
    if (live?.ok === false) return refuse(c, SIGNED_OUT)
    try {
      const standing = live === null ? await indexedStanding(c, key) : live.value
      return standing === null ? refuse(c, NOBODY_ASKED) : c.json(statusOf(standing))
    } catch (error) {
      log('warn', 'status.not_known', { subject: key, error: describeError(error) })
      return refuse(c, AWAY)
    }
  })

const statusOf = ({ state, enqueuedAt }: Standing) => ({ ok: true, state, enqueuedAt })

/** Whom the token that opened this route speaks for. */
function signedIn(c: Context<HttpEnv>): { readonly key: string; readonly who: SignedIn } {
  const claims = c.get('signedIn')
  if (claims.role === 'outside') {
    const { role, key, identity } = claims
    return { key, who: { role, identity } }
  }
  const { role, key, userId, member } = claims
  return { key, who: { role, userId, member } }
}

/** `null`: the subject's object threw, whatever the reason. */
async function answer<Reply>(
  c: Context<HttpEnv>,
  ask: () => Promise<Reply>,
): Promise<Reply | null> {
  try {
    return await ask()
  } catch (error) {
    const requestId = c.get('requestId')
    log('error', 'user.object_away', { requestId, error: describeError(error) })
    return null
  }
}

const AWAY: Refusal = {
  code: 'unavailable',
  message: 'Please try again.',
  retryAfterMs: 1_000,
}
const SIGNED_OUT: Refusal = { code: 'unauthorized', message: 'Please sign in again.' }
const NOBODY_ASKED: Refusal = {
  code: 'not_found',
  message: 'This account was not asked for yet.',
}
