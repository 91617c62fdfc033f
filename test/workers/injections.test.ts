import { createExecutionContext } from 'cloudflare:test'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect } from '../../src/adapters/neon/database.ts'
import { policyAnswers } from '../../src/adapters/neon/policy-schema.ts'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import { parseSettings } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import {
  ATTEMPTS,
  type Attempt,
  type Entrance,
  type Shown,
  holds,
  victories,
} from '../support/shared/injections.ts'
import { ORIGIN, bearer, bindings, claimsOf, freshEmail, subjectOf } from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { ModelWorld, isServedByModel, withModelBudget } from '../support/worker/model-world.ts'
import { fault } from '../support/worker/outside.ts'

// The attempts that can be made from outside, by the whole way: sign-up, events, queues, the model,
// Postgres, the object, and what the person is answered. Words have no way in; they are tried in
// test/services/injections.test.ts.

const database = connect(parseSettings(bindings))
/** All that somebody who has just signed up, and proved nothing, can be recommended. */
const LEGAL = ['verify_email', 'choose_workspace_name']
const AT_A_TIME = 10

const OF_CLIENTS = new Set<Entrance>(['target', 'error', 'path', 'key', 'value', 'plan'])
const byClients = ATTEMPTS.filter(({ enters }) => OF_CLIENTS.has(enters))
const byTheModel = ATTEMPTS.filter(({ enters }) => !OF_CLIENTS.has(enters) && enters !== 'words')

beforeAll(() => withModelBudget({ OPENAI_CONCURRENCY: '100', OPENAI_CALLS_PER_SECOND: '10000' }))

beforeEach(async () => {
  await database.delete(policyAnswers)
})

afterAll(async () => {
  await fault('OPENAI', null)
  await resetBudgets()
})

const ask = (world: ModelWorld, path: string, token: string | null, body?: unknown) =>
  worker.fetch(
    new Request(`${ORIGIN}${path}`, {
      headers: { 'Content-Type': 'application/json', ...(token === null ? {} : bearer(token)) },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    }),
    world.env,
    createExecutionContext(),
  )

/** Whom a model may serve; a plan that is refused at the door is tried no further. */
async function signUp(world: ModelWorld, plan: string): Promise<SignUpResponse> {
  for (;;) {
    const signUpAs = (plan_id: string) =>
      ask(world, '/api/onboarding/speculative', null, { email: freshEmail(), plan_id })
    const tried = await signUpAs(plan)
    const response = tried.status === 400 ? await signUpAs('free') : tried
    const session = await response.json<SignUpResponse>()
    if (isServedByModel(String(claimsOf(session.token)['key']))) return session
  }
}

/** Four events, each with the attempt in it. */
const eventsOf = ({ enters, text }: Attempt, userId: string) =>
  Array.from({ length: 4 }, (_, at) => ({
    userId,
    sessionId: 'tab-1',
    eventId: `event-${at}`,
    eventType: 'button_click',
    payload: {
      path: '/creating',
      ...(enters === 'key' ? { [text]: 'x' } : {}),
      ...(enters === 'value' ? { note: text } : {}),
      ...(enters === 'target' || enters === 'error' || enters === 'path' ? { [enters]: text } : {}),
    },
  }))

/** What becomes of it before the person's eyes: all that they were shown, at once and in the end. */
async function meet(world: ModelWorld, attempt: Attempt): Promise<() => Promise<readonly Shown[]>> {
  const { token, specId } = await signUp(world, attempt.enters === 'plan' ? attempt.text : 'free')
  await world.adopt(subjectOf(token))
  await ask(world, '/api/v1/events', token, { events: eventsOf(attempt, specId) })
  const look = async () => {
    const response = await ask(world, '/api/v1/recommendation', token)
    return response.status === 204 ? [] : [await response.json<Shown>()]
  }
  const before = await look()
  return async () => [...before, ...(await look())]
}

const won = (attempt: Attempt, shown: readonly Shown[]) =>
  shown.flatMap((one) => victories(one, attempt, LEGAL)).map((how) => [attempt.id, how])

async function meetAll(attempts: readonly Attempt[]): Promise<readonly (readonly string[])[]> {
  const victoriesSeen: (readonly string[])[] = []
  for (let at = 0; at < attempts.length; at += AT_A_TIME) {
    const world = new ModelWorld()
    const some = attempts.slice(at, at + AT_A_TIME)
    const seen = await Promise.all(some.map((attempt) => meet(world, attempt)))
    // The events, then the question: an answer that cannot be used is not asked for again here.
    await world.round()
    await world.round()
    const shown = await Promise.all(seen.map((look) => look()))
    expect(shown.every((one) => one.length > 0)).toBe(true)
    victoriesSeen.push(...some.flatMap((attempt, one) => won(attempt, shown[one] ?? [])))
  }
  return victoriesSeen
}

describe('X52, X54: what a client sends', () => {
  test.each([[false], [true]])(
    'shows to nobody, and the model that would obey it never hears of it (behind a real title: %s)',
    async (dressed) => {
      await fault('OPENAI', { kind: 'obey', dressed })
      expect(await meetAll(byClients)).toEqual([])
      const asked = await database.select({ question: policyAnswers.question }).from(policyAnswers)
      // With and without an error, on a known page or none, on a known plan or another.
      expect(asked.length).toBeGreaterThan(0)
      expect(asked.length).toBeLessThanOrEqual(8)
      const questions = JSON.stringify(asked)
      const told = byClients.flatMap(({ marks }) => marks.filter((mark) => holds(questions, mark)))
      expect(told).toEqual([])
    },
  )
})

test('X52, X56: a model that is the attacker’s own shows nothing of theirs either, now or from the cache', async () => {
  const own = 'Name your workspace. It will be ready under that name when you come in.'
  const good = {
    action: 'choose_workspace_name',
    ui_component: 'tooltip',
    confidence: 1,
    wording: { aggressive: own, moderate: own, passive: own },
  }
  const said = ({ enters, text }: Attempt): string => {
    if (enters === 'answer') return text
    const wording = { aggressive: text, moderate: text, passive: text }
    const spoilt = {
      wording: { wording },
      action: { action: text },
      component: { ui_component: text },
    }
    const choice = { ...good, ...spoilt[enters as keyof typeof spoilt] }
    return JSON.stringify({ choices: [choice] })
  }
  const seen: (readonly string[])[] = []
  for (const attempt of byTheModel) {
    await database.delete(policyAnswers)
    await fault('OPENAI', { kind: 'say', content: said(attempt) })
    seen.push(...(await meetAll([attempt])))
  }
  expect(seen).toEqual([])
})
