import { Hono } from 'hono'
import { z } from 'zod'
import { RefreshRequest } from '../contract/tokens.ts'
import { refreshSeal } from '../core/sealed.ts'
import type { HttpEnv } from './context.ts'
import { memberResponse } from './member-response.ts'
import { readJson } from './read-json.ts'
import { type Refusal, refuse } from './refuse.ts'

const Profile = z.record(z.string(), z.unknown())

/** For every reason alike. */
const SIGNED_OUT: Refusal = { code: 'unauthorized', message: 'Please sign in again.' }

/** People who have shown that the address is theirs: who they are, and staying signed in. */
export const member = new Hono<HttpEnv>()
  .post('/auth/refresh', async (c) => {
    const body = await readJson(c, RefreshRequest)
    if (!body.ok) return refuse(c, body.error)
    const services = c.get('services')
    const sealed = await refreshSeal.open(services.pepper, body.value.refreshToken)
    if (sealed === null) return refuse(c, SIGNED_OUT)
    const { subjectKey, ...claim } = sealed
    const granted = await c.env.SUBJECTS.getByName(subjectKey).refresh(claim)
    if (!granted.ok) return refuse(c, SIGNED_OUT)
    return c.json(await memberResponse(services, subjectKey, granted.value))
  })
  .post('/auth/logout', async (c) => {
    const { key, userId, member: id } = c.get('member')
    await c.env.SUBJECTS.getByName(key).logout({ userId, member: id })
    return c.body(null, 204)
  })
  .get('/me', async (c) => {
    const { key, userId, member: id } = c.get('member')
    const profile = await c.env.SUBJECTS.getByName(key).profile({ userId, member: id })
    if (profile === null) return refuse(c, SIGNED_OUT)
    const { kind, identity, planId: plan_id, profile: answers } = profile
    const known = { [kind === 'wallet' ? 'wallet' : 'email']: identity }
    return c.json({ userId, ...known, plan_id, profile: Profile.parse(JSON.parse(answers)) })
  })
