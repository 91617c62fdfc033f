import { Hono } from 'hono'
import { z } from 'zod'
import type { BehaviourMessage } from '../contract/behaviour.ts'
import { FeedbackRequest } from '../contract/recommendation.ts'
import { describeError, log } from '../adapters/log.ts'
import { currentTrace } from '../adapters/trace.ts'
import { knownToneCounts, refreshToneCounts } from '../adapters/neon/tone-counts.ts'
import type { HttpEnv } from './context.ts'
import { personOf } from './person.ts'
import { readJson } from './read-json.ts'
import { type Refusal, refuse } from './refuse.ts'

const RecommendationId = z.uuid()

/** `/api/v1`: what to show a person next, and what became of it. */
export const recommendations = new Hono<HttpEnv>()
  .get('/recommendation', async (c) => {
    const { key, caller } = personOf(c)
    const { settings } = c.get('services')
    const tones = knownToneCounts(settings)
    c.executionCtx.waitUntil(refreshToneCounts(settings, Date.now()))
    const { result, wake } = await c.env.SUBJECTS.getByName(key).recommendation(caller, tones)
    if (!result.ok) return refuse(c, ENDED)
    if (wake) c.executionCtx.waitUntil(tell(c.env.BEHAVIOR, wake))
    return result.value === null ? c.body(null, 204) : c.json(result.value)
  })
  .get('/checklist', async (c) => {
    const { key, caller } = personOf(c)
    const checklist = await c.env.SUBJECTS.getByName(key).checklist(caller)
    if (!checklist.ok) return refuse(c, ENDED)
    return checklist.value === null ? c.body(null, 204) : c.json(checklist.value)
  })
  .post('/recommendations/:id/feedback', async (c) => {
    const id = RecommendationId.safeParse(c.req.param('id'))
    if (!id.success) return refuse(c, UNKNOWN)
    const body = await readJson(c, FeedbackRequest)
    if (!body.ok) return refuse(c, body.error)
    const { key, caller } = personOf(c)
    const subject = c.env.SUBJECTS.getByName(key)
    const feedback = { caller, recommendationId: id.data, kind: body.value.kind }
    const { result, wake } = await subject.feedback(feedback)
    if (!result.ok) return refuse(c, result.error === 'ended' ? ENDED : UNKNOWN)
    if (wake) c.executionCtx.waitUntil(tell(c.env.BEHAVIOR, wake))
    return c.json({ status: 'recorded' }, 202)
  })

/** If it is lost, the object's alarm says the same a little later. */
async function tell(queue: Queue<BehaviourMessage>, wake: BehaviourMessage): Promise<void> {
  try {
    await queue.send({ ...wake, traceparent: currentTrace() })
  } catch (error) {
    log('warn', 'wake.not_sent', { subject: wake.key, error: describeError(error) })
  }
}

const ENDED: Refusal = { code: 'unauthorized', message: 'This session has ended.' }

/** Also for one that exists and is somebody else's. */
const UNKNOWN: Refusal = { code: 'not_found', message: 'There is no such recommendation.' }
