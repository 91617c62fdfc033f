import { Hono } from 'hono'
import { ClaimRequest, DraftRequest } from '../contract/onboarding.ts'
import type { ClaimRefusal, DraftRefusal } from '../contract/subject-rpc.ts'
import { DRAFT_CHANGES_MAX, DRAFT_MAX_CHARS } from '../core/onboarding/limits.ts'
import type { HttpEnv } from './context.ts'
import { limitByAddress } from './limit-by-address.ts'
import { memberResponse } from './member-response.ts'
import { SESSION_ENDED } from './onboarding.ts'
import { readJson } from './read-json.ts'
import { type Refusal, refuse } from './refuse.ts'

/** What a session's holder does to make it theirs: the code, and answers given meanwhile. */
export const proof = new Hono<HttpEnv>()
  .post('/claim', limitByAddress, async (c) => {
    const body = await readJson(c, ClaimRequest)
    if (!body.ok) return refuse(c, body.error)
    const { key, specId, authEpoch } = c.get('claims')
    const command = { specId, authEpoch, code: body.value.code }
    const granted = await c.env.SUBJECTS.getByName(key).claim(command)
    if (!granted.ok) return refuse(c, CLAIM_REFUSALS[granted.error])
    return c.json(await memberResponse(c.get('services'), key, granted.value))
  })
  .post('/code', async (c) => {
    const { key, specId, authEpoch } = c.get('claims')
    const requested = await c.env.SUBJECTS.getByName(key).requestCode({ specId, authEpoch })
    return requested.ok ? c.json({ status: 'accepted' }, 202) : refuse(c, SESSION_ENDED)
  })
  .patch('/draft', async (c) => {
    const body = await readJson(c, DraftRequest)
    if (!body.ok) return refuse(c, body.error)
    const { key, specId, authEpoch } = c.get('claims')
    const subject = c.env.SUBJECTS.getByName(key)
    const saved = await subject.saveDraft({ specId, authEpoch }, JSON.stringify(body.value))
    if (!saved.ok) return refuse(c, DRAFT_REFUSALS[saved.error])
    return c.json({ draft: DraftRequest.parse(JSON.parse(saved.value)) })
  })

const CLAIM_REFUSALS: Readonly<Record<ClaimRefusal, Refusal>> = {
  ended: SESSION_ENDED,
  code_invalid: { code: 'code_invalid', message: 'This code is not right, or too old.' },
  too_many_tries: {
    code: 'rate_limited',
    message: 'Too many tries. The link in the mail still works, and so does a new sign-up.',
  },
}

const DRAFT_REFUSALS: Readonly<Record<DraftRefusal, Refusal>> = {
  ended: SESSION_ENDED,
  too_large: {
    code: 'payload_too_large',
    message: `A draft must not exceed ${DRAFT_MAX_CHARS} characters in all.`,
  },
  too_many_changes: {
    code: 'rate_limited',
    message: `A draft can be changed ${DRAFT_CHANGES_MAX} times.`,
  },
}
