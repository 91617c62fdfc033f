import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import type { Provider } from '../../src/contract/budget-rpc.ts'
import { createProviders } from '../../src/adapters/hydration-adapters.ts'
import {
  bindings,
  eventually,
  freshEmail,
  getSession,
  signUp,
  untilSettled,
} from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { customersOf, fault } from '../support/worker/outside.ts'
import { failuresOf, hurry, timelineOf } from '../support/worker/run.ts'

const budget = (provider: Provider) => bindings.BUDGETS.getByName(provider)

/** The budget as settings of so many calls a second make it. */
const withRate = (provider: Provider, name: string, callsPerSecond: number) =>
  runInDurableObject(budget(provider), (instance) => {
    const env = { ...bindings, [name]: String(callsPerSecond) }
    Object.defineProperty(instance, 'env', { value: env, configurable: true })
  })

afterEach(async () => {
  await Promise.all([fault('AUTH0', null), fault('STRIPE', null), fault('RESEND', null)])
  await resetBudgets()
})

/** Runs that are made to look until they have met the budget. */
const untilNoPermit = (token: string) =>
  eventually('a wait for the budget', async () => {
    await hurry(token)
    return (await failuresOf(token)).some(({ detail }) => detail === 'no permit in the budget')
  })

const merged = (token: string) =>
  eventually('merged', async () => {
    await hurry(token)
    return (await getSession(token)).status === 'merged'
  })

describe('one budget for all consumers', () => {
  test('two of them together get no more permits than it has', async () => {
    await withRate('mail', 'RESEND_CALLS_PER_SECOND', 0.01)
    const sent = ['one', 'two'].map(async () => {
      const { mailer, settle } = createProviders(bindings, Date.now() + 20_000)
      const result = await mailer.sendProof({
        id: crypto.randomUUID(),
        to: freshEmail(),
        resumeUrl: 'https://foyer.test/resume',
      })
      await settle()
      return result
    })
    const results = await Promise.all(sent)
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    expect(results.filter(({ ok }) => !ok)).toMatchObject([
      { error: { kind: 'rate_limited', detail: 'no permit in the budget' } },
    ])
  })

  test('a sign-up takes one permit for each call, and gives all of them back', async () => {
    await untilSettled(await signUp())
    const seen = await eventually('all permits', async () => {
      const all = await Promise.all(
        (['identity', 'billing', 'mail'] as const).map((provider) => budget(provider).inspect()),
      )
      return all.every(({ openPermits }) => openPermits === 0) && all
    })
    expect(seen.map(({ provider, breaker }) => [provider, breaker])).toEqual([
      ['identity', 'closed'],
      ['billing', 'closed'],
      ['mail', 'closed'],
    ])
  })

  test('waiting for it burns no attempt, and the run merges', async () => {
    await withRate('billing', 'STRIPE_CALLS_PER_SECOND', 0.1)
    const sessions = await Promise.all([signUp(), signUp()])
    await eventually('somebody waits', async () => {
      const failures = await Promise.all(sessions.map(({ token }) => failuresOf(token)))
      return failures.flat().some(({ detail }) => detail === 'no permit in the budget')
    })
    const failures = await Promise.all(sessions.map(({ token }) => failuresOf(token)))
    expect(failures.flat().flatMap(({ failed }) => failed)).toEqual([])
    await resetBudgets()
    for (const { token } of sessions) await merged(token)
  })

  test('a name that is no provider has no budget', async () => {
    const refused = await runInDurableObject(bindings.BUDGETS.getByName('elsewhere'), (instance) =>
      instance.inspect().then(
        () => false,
        () => true,
      ),
    )
    expect(refused).toBe(true)
  })
})

describe('F26: a provider that is down', () => {
  test('is left alone after five calls, and found again by one: then everybody is served', async () => {
    await fault('STRIPE', { kind: 'reject' })
    const people = Array.from({ length: 8 }, () => freshEmail())
    const sessions = await Promise.all(people.map((email) => signUp(email)))
    await eventually('the breaker', async () => {
      await Promise.all(sessions.map(({ token }) => hurry(token)))
      return (await budget('billing').inspect()).breaker === 'open'
    })
    await Promise.all(sessions.map(({ token }) => untilNoPermit(token)))
    expect((await budget('identity').inspect()).breaker).toBe('closed')
    await fault('STRIPE', null)
    await Promise.all(sessions.map(({ token }) => merged(token)))
    expect(await budget('billing').inspect()).toMatchObject({ breaker: 'closed', failures: 0 })
    for (const email of people) expect(await customersOf(email)).toHaveLength(1)
  })

  test('stays left alone when the object is forgotten in between', async () => {
    await fault('STRIPE', { kind: 'status', status: 503 })
    const sessions = await Promise.all(Array.from({ length: 8 }, () => signUp()))
    const open = await eventually('the breaker', async () => {
      await Promise.all(sessions.map(({ token }) => hurry(token)))
      const seen = await budget('billing').inspect()
      return seen.breaker === 'open' && seen
    })
    await evictDurableObject(budget('billing'))
    const { breaker, probeAt } = await budget('billing').inspect()
    expect({ breaker, probeAt }).toEqual({ breaker: 'open', probeAt: open.probeAt })
    await fault('STRIPE', null)
    await resetBudgets()
    await Promise.all(sessions.map(({ token }) => merged(token)))
  })
})

describe('F17: a provider that names a time', () => {
  test('is left alone until then', async () => {
    await fault('AUTH0', { kind: 'status', status: 429, times: 1 })
    const { token } = await signUp()
    await merged(token)
    const { pausedUntil } = await budget('identity').inspect()
    const met = (await failuresOf(token)).find(({ kind }) => kind === 'rate_limited')
    expect(met).toMatchObject({ step: 'identity', failed: [] })
    expect(pausedUntil).toBeGreaterThan(met?.at ?? Infinity)
    const served = (await timelineOf(token)).find(({ type }) => type === 'step_done')
    expect(served?.at).toBeGreaterThanOrEqual(pausedUntil)
  })

  test('is left alone by everybody, not only by who was told', async () => {
    const [permit = 0] = (await budget('identity').acquire(1, [])).permits
    await budget('identity').settle([{ permit, kind: 'rate_limited', retryAfterMs: 250_000 }])
    const { token } = await signUp()
    await untilNoPermit(token)
    expect((await failuresOf(token))[0]).toMatchObject({ step: 'identity', failed: [] })
    await evictDurableObject(budget('identity'))
    const { pausedUntil } = await budget('identity').inspect()
    expect(pausedUntil).toBeGreaterThan(Date.now())
  })
})

describe('a budget that does not answer', () => {
  test('makes people wait and loses nobody', async () => {
    await runInDurableObject(budget('billing'), (instance) => {
      Object.defineProperty(instance, 'env', { value: { BROKEN: true }, configurable: true })
    })
    const session = await signUp()
    const failures = await eventually('a wait', async () => {
      const found = await failuresOf(session.token)
      return found.length > 0 && found
    })
    expect(failures[0]).toMatchObject({
      step: 'billing',
      kind: 'unavailable',
      detail: 'the budget did not answer',
      failed: [],
    })
    await resetBudgets()
    await merged(session.token)
  })
})
