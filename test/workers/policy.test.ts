import { eq, inArray, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { recommendations } from '../../src/adapters/neon/behaviour-schema.ts'
import { connect } from '../../src/adapters/neon/database.ts'
import {
  policyAnswers,
  policyCounts,
  policyWaiters,
} from '../../src/adapters/neon/policy-schema.ts'
import { operatorActions } from '../../src/adapters/neon/schema.ts'
import type { ObserveEvents, Published } from '../../src/contract/behaviour-rpc.ts'
import type { QuestionLetterView, PolicyReport } from '../../src/contract/policy-admin.ts'
import { QuestionMessage } from '../../src/contract/question-message.ts'
import { PolicyAnswer } from '../../src/contract/policy.ts'
import { lookAfterQuestions } from '../../src/cron/look-after-questions.ts'
import { parseSettings } from '../../src/env.ts'
import {
  bindings,
  claimsOf,
  errorOf,
  eventually,
  openSocket,
  signUp,
  subjectOf,
} from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import {
  ModelWorld,
  TRACE,
  isServedByModel,
  recommended,
  withModelBudget,
} from '../support/worker/model-world.ts'
import { fault, modelCalls } from '../support/worker/outside.ts'

const database = connect(parseSettings(bindings))
const WHO = { operator: 'ada', reason: 'the model was changed' }

// Everybody here stands alike, so each test begins with nothing known.
beforeEach(async () => {
  await resetBudgets()
  await withModelBudget({ OPENAI_CONCURRENCY: '100' })
  await database.batch([
    database.delete(policyAnswers),
    database.delete(policyWaiters),
    database.delete(policyCounts),
  ])
})

afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all([fault('OPENAI', null), fault('DATABASE', null)])
})

const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => make(at))

const sourcesOf = async (people: readonly Parameters<typeof recommended>[0][]) =>
  (await Promise.all(people.map(recommended))).map(({ source }) => source)

const answers = () => database.select().from(policyAnswers)

const lettersIn = async (world: ModelWorld) => {
  const response = await world.fetch('/api/admin/policy/dead-letters?state=open&limit=200')
  return (await response.json<{ letters: QuestionLetterView[] }>()).letters.filter(({ id }) =>
    world.letters.includes(id),
  )
}

describe('A8: an answer', () => {
  test('is the model’s for the first person and the cache’s for the next who stands so', async () => {
    const world = new ModelWorld()
    const [first, second] = [await world.someone(), await world.someone()]
    const calls = await modelCalls()
    await world.report(first)
    const ofModel = await recommended(first)
    expect(ofModel).toMatchObject({ source: 'model', prompt_version: 'next-step/1' })
    await world.report(second)
    expect(await recommended(second)).toMatchObject({ source: 'cache' })
    expect(await modelCalls()).toBe(calls + 1)
    const rows = await database
      .select()
      .from(recommendations)
      .where(inArray(recommendations.person, [first.person, second.person]))
    // The first was served by rules at once, and that was superseded.
    expect(rows.map(({ source }) => source).toSorted()).toEqual(['cache', 'model', 'rules'])
    expect(rows.filter(({ supersededAt }) => supersededAt !== null)).toMatchObject([
      { source: 'rules', person: first.person },
    ])
  })

  test('for a hundred people at once is asked for once, and reaches them all', async () => {
    const world = new ModelWorld()
    const people = await Promise.all(times(100, () => world.someone()))
    const calls = await modelCalls()
    await Promise.all(times(10, (at) => world.reportOnly(...people.slice(at * 10, at * 10 + 10))))
    expect(await sourcesOf(people)).toEqual(times(100, () => 'rules'))
    await world.settle()
    expect(await sourcesOf(people)).toEqual(times(100, () => 'model'))
    expect(await modelCalls()).toBe(calls + 1)
    expect(await database.select().from(policyWaiters)).toEqual([])
  })

  test('is asked for once, also when its question is delivered twice at once', async () => {
    const world = new ModelWorld()
    const one = await world.someone()
    await world.reportOnly(one)
    const calls = await modelCalls()
    const { waiting } = world
    expect(waiting).toHaveLength(1)
    world.waiting = []
    await Promise.all([world.deliver(waiting), world.deliver(waiting), world.deliver(waiting)])
    await world.settle()
    expect(await recommended(one)).toMatchObject({ source: 'model' })
    expect(await modelCalls()).toBe(calls + 1)
  })

  test('shows in the hit rate', async () => {
    const world = new ModelWorld()
    for (const one of await Promise.all(times(4, () => world.someone()))) await world.report(one)
    const report = await (await world.fetch('/api/admin/policy')).json<PolicyReport>()
    expect(report).toEqual({
      model: 'gpt-4.1-mini',
      promptVersion: 'next-step/1',
      answers: { kept: 1, asked: 0, failed: 0 },
      waiting: 0,
      lastDay: { hits: 3, misses: 1, calls: 1, hitRate: 0.75 },
    })
  })

  test('leaves nothing of a person in the queue, nor in the table', async () => {
    const world = new ModelWorld()
    const one = await world.someone()
    await world.reportOnly(one)
    const { key, question } = QuestionMessage.parse(world.waiting[0]?.body)
    expect(Object.keys(world.waiting[0]?.body ?? {}).toSorted()).toEqual(
      ['key', 'question', 'traceparent', 'v'].toSorted(),
    )
    await world.settle()
    const kept = JSON.stringify([key, question, await answers()])
    expect(kept).not.toContain(one.person)
    expect(kept).not.toContain(one.key)
  })

  test('without a model is neither asked for nor looked up', async () => {
    const world = new ModelWorld({ OPENAI_API_KEY: undefined })
    const one = await world.someone()
    const calls = await modelCalls()
    await world.report(one)
    expect(await recommended(one)).toMatchObject({ source: 'rules' })
    expect([await modelCalls(), await answers()]).toEqual([calls, []])
  })

  test('asked for in the words of another release is nobody’s', async () => {
    const world = new ModelWorld()
    const one = await world.someone()
    await world.reportOnly(one)
    const body = QuestionMessage.parse(world.waiting[0]?.body)
    const calls = await modelCalls()
    world.waiting = []
    await world.env.POLICY.send({ ...body, key: '0'.repeat(32) })
    await world.settle()
    expect([await modelCalls(), world.delays, world.dead]).toEqual([calls, [], []])
    expect((await answers()).filter(({ state }) => state === 'answered')).toEqual([])
  })
})

describe('F43, A13: while the model', () => {
  test('is off, the rules serve at once, nothing is lost, and its word comes when it is back', async () => {
    const world = new ModelWorld()
    const one = await world.someone()
    await fault('OPENAI', { kind: 'reject' })
    await world.reportOnly(one)
    expect(await recommended(one)).toMatchObject({ source: 'rules' })
    // More often than a question has tries.
    for (const _ of times(4, String)) await world.round()
    expect([world.dead, world.waiting.length]).toEqual([[], 1])
    expect(await recommended(one)).toMatchObject({ source: 'rules' })
    await fault('OPENAI', null)
    await world.settle()
    expect(await recommended(one)).toMatchObject({ source: 'model' })
  })

  test('asks for patience, it is left alone that long, and no try is used up', async () => {
    const world = new ModelWorld()
    const one = await world.someone()
    await fault('OPENAI', { kind: 'status', status: 429, retryAfter: '47' })
    await world.reportOnly(one)
    const calls = await modelCalls()
    await world.round()
    expect(world.delays).toHaveLength(1)
    expect(world.delays[0]?.attempts).toBe(0)
    expect(world.delays[0]?.delaySeconds).toBeGreaterThanOrEqual(47)
    expect(world.delays[0]?.delaySeconds).toBeLessThanOrEqual(52)
    const other = await world.someone()
    await world.reportOnly(other)
    // Nobody asks the same beside it.
    expect(world.waiting).toHaveLength(1)
    expect(await modelCalls()).toBe(calls + 1)
    await fault('OPENAI', null)
    await resetBudgets()
    await world.settle()
    expect(await sourcesOf([one, other])).toEqual(['model', 'model'])
  })

  test('is silent for a minute, its time is limited, and the question comes again', async () => {
    const world = new ModelWorld()
    const one = await world.someone()
    const timeout = AbortSignal.timeout.bind(AbortSignal)
    const limits: number[] = []
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      limits.push(ms)
      return timeout(ms === 15_000 ? 200 : ms)
    })
    await fault('OPENAI', { kind: 'silence', seconds: 60, times: 1 })
    await world.reportOnly(one)
    await world.round()
    expect(limits).toContain(15_000)
    expect(await recommended(one)).toMatchObject({ source: 'rules' })
    expect(world.waiting).toHaveLength(1)
    await world.settle()
    expect(await recommended(one)).toMatchObject({ source: 'model' })
  })

  test('X55: may cost no more today, the rules go on, and nothing is asked', async () => {
    const world = new ModelWorld()
    const one = await world.someone()
    await withModelBudget({ LLM_DAILY_BUDGET_USD: '0' })
    const calls = await modelCalls()
    await world.report(one)
    expect(await recommended(one)).toMatchObject({ source: 'rules' })
    expect([await modelCalls(), world.delays, world.dead]).toEqual([calls, [], []])
    expect(await answers()).toMatchObject([{ state: 'failed', fault: "over the day's budget" }])
    await world.reportOnly(await world.someone())
    expect(world.waiting).toEqual([])
  })

  test.each([
    ['is away', { kind: 'reject' }],
    ['is silent', { kind: 'hang' }],
  ])('answers nobody since Postgres %s, the rules serve at once', async (_name, kind) => {
    const world = new ModelWorld()
    const one = await world.someone()
    const calls = await modelCalls()
    await fault('DATABASE', kind)
    const reporting = world.reportOnly(one)
    // The object is advised while its events are still not kept.
    await eventually('the word of the rules', async () => {
      const { questions, decisions } = await one.stub.unpublished()
      return questions.length === 0 && decisions.some(({ source }) => source === 'rules')
    })
    await reporting
    expect(world.delays).toMatchObject([{ attempts: 1 }])
    await fault('DATABASE', null)
    await world.settle()
    expect(await recommended(one)).toMatchObject({ source: 'rules' })
    expect(await modelCalls()).toBe(calls)
  })
})

describe('F41, F42: a model that answers', () => {
  test.each(['fenced', 'talkative'])('%s text is understood', async (how) => {
    const world = new ModelWorld()
    const one = await world.someone()
    await fault('OPENAI', { kind: 'answer', how })
    await world.report(one)
    expect(await recommended(one)).toMatchObject({ source: 'model' })
  })

  test.each([
    ['malformed', 'there was no JSON object in the answer'],
    ['truncated', 'the answer ended at the limit of tokens'],
    ['refusal', 'the model declined to answer'],
    ['empty', 'there was no answer'],
    ['markup', 'nothing in the answer may be shown'],
    ['link', 'nothing in the answer may be shown'],
    ['unknown_component', 'nothing in the answer may be shown'],
    ['unknown_action', 'nothing in the answer may be shown'],
  ])(
    'A9: %s: the rules serve, and after three tries it is a dead letter that says why',
    async (how, why) => {
      const world = new ModelWorld()
      const one = await world.someone()
      await fault('OPENAI', { kind: 'answer', how })
      const calls = await modelCalls()
      await world.report(one)
      expect(await recommended(one)).toMatchObject({ source: 'rules' })
      expect(await modelCalls()).toBe(calls + 3)
      const letters = await lettersIn(world)
      expect(letters).toHaveLength(1)
      expect(letters[0]?.detail).toContain(why)
      expect(letters[0]?.question).toMatchObject({ state: { proven: false } })
      expect(JSON.stringify(letters)).not.toContain('evil')
      expect((await answers()).map(({ state, answer }) => [state, answer])).toEqual([
        ['failed', null],
      ])
      // Who stands so next is not kept waiting, nor asks again.
      const other = await world.someone()
      await world.report(other)
      expect(await recommended(other)).toMatchObject({ source: 'rules' })
      expect(await modelCalls()).toBe(calls + 3)
    },
  )
})

describe('A9: decide again now', () => {
  test('X50: asks once for any number of clicks, is audited, and reaches the page that waits', async () => {
    const world = new ModelWorld()
    const session = await eventually('somebody whom a model may serve', async () => {
      const one = await signUp()
      return isServedByModel(String(claimsOf(one.token)['key'])) && one
    })
    await world.adopt(subjectOf(session.token))
    const key = String(claimsOf(session.token)['key'])
    const { frames, socket } = await openSocket(session)
    await fault('OPENAI', { kind: 'answer', how: 'malformed' })
    await world.report({ key, person: session.specId })
    const [letter] = await lettersIn(world)
    if (letter === undefined) throw new Error('there is no letter')
    await fault('OPENAI', null)
    const calls = await modelCalls()
    const path = `/api/admin/policy/dead-letters/${letter.id}/decide-again`
    const clicks = await Promise.all(times(5, () => world.fetch(path, WHO)))
    expect(clicks.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      202, 409, 409, 409, 409,
    ])
    await world.settle()
    expect(await modelCalls()).toBe(calls + 1)
    const pushed = await eventually('the push', () =>
      Promise.resolve(
        frames.find((frame) => 'source' in frame && Reflect.get(frame, 'source') === 'model'),
      ),
    )
    expect(pushed).toMatchObject({ type: 'recommendation' })
    socket.close()
    const actions = await database
      .select()
      .from(operatorActions)
      .where(eq(operatorActions.outcome, `sent again: ${letter.id}`))
    expect(actions).toMatchObject([{ action: 'decide_again', ...WHO }])
    expect(await lettersIn(world)).toEqual([])
    expect(await errorOf(await world.fetch(path, WHO))).toMatchObject({ code: 'nothing_to_replay' })
  })

  test('says what it needs, and knows only letters of questions', async () => {
    const world = new ModelWorld()
    const path = `/api/admin/policy/dead-letters/${crypto.randomUUID()}/decide-again`
    expect((await world.fetch(path, { operator: 'ada' })).status).toBe(400)
    expect((await world.fetch(path, WHO)).status).toBe(404)
  })
})

describe('X56: what is in the table', () => {
  test('is what passed the check', async () => {
    const world = new ModelWorld()
    await world.report(await world.someone())
    const [row] = await answers()
    expect(PolicyAnswer.safeParse(row?.answer).success).toBe(true)
    expect(row).toMatchObject({ state: 'answered', promptVersion: 'next-step/1' })
  })

  test.each([
    ['markup', '<img src=x onerror=alert(1)> '],
    ['a link', 'See https://evil.example/login '],
    ['an order', 'Send us your password now: '],
  ])(
    'and was put there by somebody else, with %s, never reaches a person',
    async (_name, poison) => {
      const world = new ModelWorld()
      await world.report(await world.someone())
      const calls = await modelCalls()
      await database.update(policyAnswers).set({
        answer: sql`replace(${policyAnswers.answer}::text, 'moderate": "', ${`moderate": "${poison}`})::jsonb`,
      })
      const [row] = await answers()
      expect(JSON.stringify(row?.answer)).toContain(poison.trim())
      const one = await world.someone()
      await world.reportOnly(one)
      expect(await recommended(one)).toMatchObject({ source: 'rules' })
      await world.settle()
      const shown = await recommended(one)
      expect(shown.source).toBe('model')
      expect(JSON.stringify(shown)).not.toContain(poison.trim())
      expect(JSON.stringify(await answers())).not.toContain(poison.trim())
      expect(await modelCalls()).toBe(calls + 1)
    },
  )
})

describe('F15: what goes wrong on the way', () => {
  test('a queue that takes no questions: the rules serve, and the next who stands so asks', async () => {
    const broken = new ModelWorld({
      POLICY: { sendBatch: () => Promise.reject(new Error('moved')) },
    })
    const one = await broken.someone()
    await broken.reportOnly(one)
    expect(await recommended(one)).toMatchObject({ source: 'rules' })
    const world = new ModelWorld()
    const other = await world.someone()
    await world.report(other)
    expect(await sourcesOf([one, other])).toEqual(['model', 'model'])
  })

  test.each(['before', 'after'] as const)(
    'F24: Postgres gone just %s the answer is written: it is kept in the end, and told',
    async (when) => {
      const world = new ModelWorld()
      const one = await world.someone()
      await world.reportOnly(one)
      const { fetch } = globalThis
      let isDone = false
      vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
        const body = typeof init?.body === 'string' ? init.body : ''
        if (
          isDone ||
          !body.includes('update \\"policy_answers\\"') ||
          !body.includes('"answered"')
        ) {
          return fetch(input, init)
        }
        isDone = true
        if (when === 'after') await fetch(input, init)
        throw new TypeError('Network connection lost.')
      })
      await world.round()
      expect(isDone).toBe(true)
      expect(await recommended(one)).toMatchObject({ source: 'rules' })
      await database.update(policyAnswers).set({ heldUntil: null })
      await world.settle()
      expect(await recommended(one)).toMatchObject({ source: 'model' })
      expect(world.dead).toEqual([])
    },
  )

  test('an object that does not answer is told by the next tick, the others at once', async () => {
    const world = new ModelWorld()
    const [one, other] = [await world.someone(), await world.someone()]
    await world.reportOnly(one, other)
    const { waiting } = world
    world.waiting = []
    const moved = new ModelWorld({
      SUBJECTS: {
        getByName: (key: string) =>
          key === one.key
            ? { advise: () => Promise.reject(new Error('moved')) }
            : bindings.SUBJECTS.getByName(key),
      },
    })
    await moved.deliver(waiting)
    expect(await sourcesOf([one, other])).toEqual(['rules', 'model'])
    await database.update(policyWaiters).set({ since: new Date(Date.now() - 120_000) })
    await lookAfterQuestions(world.env)
    expect(await sourcesOf([one, other])).toEqual(['model', 'model'])
    expect(await database.select().from(policyWaiters)).toEqual([])
  })

  test('an object that does not hear what is said to its question asks again by the same message', async () => {
    const world = new ModelWorld()
    const one = await world.someone()
    const moved = new ModelWorld({
      SUBJECTS: {
        getByName: () => ({
          observe: (events: ObserveEvents) => one.stub.observe(events),
          published: (told: readonly Published[]) => one.stub.published(told),
          advise: () => Promise.reject(new Error('moved')),
        }),
      },
    })
    await moved.reportOnly(one)
    expect(moved.delays).toMatchObject([{ attempts: 1 }])
    expect(await one.stub.unpublished()).toMatchObject({ questions: [{}], decisions: [] })
    world.waiting = moved.waiting
    await world.settle()
    expect(await one.stub.unpublished()).toMatchObject({ questions: [] })
    expect(await recommended(one)).toMatchObject({ source: 'model' })
    expect(world.delays).toEqual([])
  })

  test('a message that cannot be read, and settings that cannot, hold nothing up for good', async () => {
    const world = new ModelWorld()
    const one = await world.someone()
    await world.reportOnly(one)
    await world.env.POLICY.send({ email: 'canary@example.com' } as unknown as QuestionMessage)
    const unset = new ModelWorld({ PUBLIC_BASE_URL: 'no' })
    await unset.deliver(world.waiting)
    expect(unset.waiting).toHaveLength(2)
    await world.settle()
    expect(await recommended(one)).toMatchObject({ source: 'model' })
    const letters = await lettersIn(world)
    expect(letters).toMatchObject([{ key: null, detail: 'the message could not be read' }])
    expect(JSON.stringify(letters)).not.toContain('canary')
  })
})

describe('A8: what a consumer that died left behind', () => {
  test('is told by the next tick', async () => {
    const world = new ModelWorld()
    const one = await world.someone()
    await world.reportOnly(one)
    const body = QuestionMessage.parse(world.waiting[0]?.body)
    // Somebody else's answer came, and its consumer told nobody.
    world.waiting = []
    const other = new ModelWorld()
    await database.delete(policyWaiters)
    await other.deliver([{ queue: 'foyer-policy-questions', body, attempts: 1, delaySeconds: 0 }])
    await database.insert(policyWaiters).values({
      key: body.key,
      person: one.person,
      subjectKey: one.key,
      since: new Date(Date.now() - 120_000),
    })
    expect(await recommended(one)).toMatchObject({ source: 'rules' })
    await lookAfterQuestions(world.env)
    expect(await recommended(one)).toMatchObject({ source: 'model' })
    expect(await database.select().from(policyWaiters)).toEqual([])
    expect(body.traceparent).toBe(TRACE)
  })
})
