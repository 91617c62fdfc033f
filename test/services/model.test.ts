import { once } from 'node:events'
import { createServer } from 'node:http'
import { rm } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Mischief, ModelFault } from '../../scripts/services/model/faults.ts'
import { createPolicyModel } from '../../src/adapters/openai/model.ts'
import { catalogue } from '../../src/catalogue.ts'
import type { PolicyModel } from '../../src/core/policy/policy-model.ts'
import { questionFor } from '../../src/core/policy/question.ts'
import { rankByRules } from '../../src/core/recommendation/rules.ts'
import { candidatesFor } from '../../src/core/recommendation/candidates.ts'
import {
  type LocalService,
  setFault,
  startInProcess,
  startProcess,
  temporaryFolder,
} from '../support/local-services.ts'

const Calls = z.object({
  calls: z.number(),
  last: z.array(z.object({ role: z.string(), content: z.string() })),
})

const state = {
  days_since_signup: 2,
  completed_actions: ['verify_email', 'create_project'],
  last_error: null,
  subscription_tier: 'free',
  proven: true,
}
const asked = questionFor(catalogue, { state, page: null })
if (asked === null) throw new Error('nothing to ask about')
const question = asked

const SETTINGS = {
  OPENAI_API_KEY: 'sk-local-canary',
  OPENAI_MODEL: 'gpt-4.1-mini',
  OPENAI_INPUT_USD_PER_MTOK: 0.4,
  OPENAI_OUTPUT_USD_PER_MTOK: 1.6,
}

/** Long beside anything on this machine, short beside the silences of these tests. */
const PATIENCE_MS = 2_000

function modelAt(url: string, change: Partial<typeof SETTINGS> = {}, timeoutMs?: number) {
  const settings = { ...SETTINGS, OPENAI_BASE_URL: `${url}/v1`, ...change }
  const model = createPolicyModel(settings, catalogue, timeoutMs)
  if (model === null) throw new Error('no model')
  return model
}

let service: LocalService
let model: PolicyModel

beforeAll(async () => {
  service = await startInProcess('model')
  model = modelAt(service.url)
})
afterEach(() => setFault(service.url, null))
afterAll(() => service.stop())

const callsOf = async () => Calls.parse(await (await fetch(`${service.url}/_control`)).json())
async function failureOf(one: PolicyModel) {
  const asked = await one.ask(question)
  if (asked.ok) throw new Error('it answered')
  return asked.error
}
const fault = (kind: ModelFault) => setFault(service.url, kind)

describe('the model', () => {
  test('ranks and words what it is asked about, the same each time', async () => {
    const [one, again] = [await model.ask(question), await model.ask(question)]
    expect(one).toEqual(again)
    if (!one.ok) throw new Error(one.error.detail)
    const { answer, dropped, usage } = one.value
    expect(dropped).toEqual([])
    expect(answer.promptVersion).toBe(model.promptVersion)
    expect(answer.choices).toHaveLength(3)
    const known = new Set(question.candidates.map(({ id }) => id))
    expect(answer.choices.every(({ action }) => known.has(action))).toBe(true)
    expect(answer.choices[0]?.action).not.toBe(
      rankByRules(candidatesFor(catalogue, state), null)[0]?.action.id,
    )
    const estimate = model.estimate(question)
    expect(usage.input).toBeLessThanOrEqual(estimate.input)
    expect(usage.output).toBeLessThanOrEqual(estimate.output)
  })

  test('is off without a key', () => {
    expect(createPolicyModel({ ...SETTINGS, OPENAI_API_KEY: undefined }, catalogue)).toBeNull()
  })

  test('X54: is sent the question and nothing else', async () => {
    await model.ask(question)
    const { last } = await callsOf()
    expect(last.map(({ role }) => role)).toEqual(['system', 'user'])
    expect(JSON.parse(last[1]?.content.split('\n')[1] ?? '')).toEqual(question)
  })

  test('X56: names itself in the key of a question', () => {
    const other = modelAt(service.url, { OPENAI_MODEL: 'another' })
    expect(model.keyOf(question)).toMatch(/^[\da-f]{32}$/)
    expect(other.keyOf(question)).not.toBe(model.keyOf(question))
    expect(model.keyOf({ ...question, words: 'Where is my project?' })).toBeNull()
  })
})

describe('F41: it answers', () => {
  test.each(['fenced', 'talkative'] as const)('F41: %s: read all the same', async (how) => {
    const plain = await model.ask(question)
    await fault({ kind: 'answer', how })
    const asked = await model.ask(question)
    if (!plain.ok || !asked.ok) throw new Error('no answer')
    expect(asked.value.answer).toEqual(plain.value.answer)
  })

  test.each([
    ['malformed', 'not_json'],
    ['truncated', 'truncated'],
    ['refusal', 'refused'],
    ['empty', 'empty'],
  ] as const)('F41: %s: rejected, with what it took', async (how, expected) => {
    await fault({ kind: 'answer', how })
    const failure = await failureOf(model)
    expect(failure).toMatchObject({ kind: 'rejected', fault: expected })
    expect(failure.usage?.input).toBeGreaterThan(0)
  })

  test('F41: longer than it may: cut off there, and rejected', async () => {
    await fault({ kind: 'say', content: `{"choices": [${'"and so on", '.repeat(2_000)}` })
    expect(await model.ask(question)).toMatchObject({
      ok: false,
      error: { kind: 'rejected', fault: 'truncated', usage: { output: 1_500 } },
    })
  })
})

describe('F42: it answers', () => {
  const HOSTILE: readonly (readonly [Mischief, string])[] = [
    ['markup', 'markup'],
    ['link', 'link'],
    ['unknown_component', 'component_not_allowed'],
    ['unknown_action', 'unknown_action'],
  ]
  test.each(HOSTILE)('F42: %s: nothing of it may be shown', async (how, why) => {
    await fault({ kind: 'answer', how })
    const failure = await failureOf(model)
    expect(failure).toMatchObject({ kind: 'rejected', fault: 'no_valid_choice' })
    expect(failure.detail).toContain(why)
  })
})

describe('F43: it', () => {
  test.each([
    ['2', 2_000],
    ['0.5', 500],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  ])('F43: answers 429 with Retry-After %s: asked once, and told when', async (retryAfter, ms) => {
    await fault({ kind: 'status', status: 429, retryAfter, code: 'rate_limit_exceeded' })
    const before = (await callsOf()).calls
    expect(await model.ask(question)).toEqual({
      ok: false,
      error: {
        kind: 'rate_limited',
        detail: 'model 429 rate_limit_exceeded',
        ...(ms === undefined ? {} : { retryAfterMs: ms }),
      },
    })
    expect((await callsOf()).calls).toBe(before + 1)
  })

  test.each([
    [500, undefined, 'unavailable', undefined],
    [503, undefined, 'unavailable', undefined],
    [408, undefined, 'unavailable', undefined],
    [429, 'insufficient_quota', 'unavailable', undefined],
    [401, 'invalid_api_key', 'rejected', 'misconfigured'],
    [404, 'model_not_found', 'rejected', 'misconfigured'],
    [400, 'invalid_request', 'rejected', 'misconfigured'],
    [400, 'content_filter', 'rejected', 'filtered'],
  ] as const)('F43: answers %i (%s): %s, asked once', async (status, code, kind, expected) => {
    await fault({ kind: 'status', status, ...(code === undefined ? {} : { code }) })
    const before = (await callsOf()).calls
    const failure = await failureOf(model)
    expect(failure.kind).toBe(kind)
    expect(failure.fault).toBe(expected)
    expect((await callsOf()).calls).toBe(before + 1)
  })

  test.each([
    [500, { input: 0, output: 0 }],
    [503, { input: 0, output: 0 }],
    // Whoever is between us did not wait for the answer; the model may have given it.
    [504, undefined],
  ])('F43: an outage that answers %i took %j', async (status, usage) => {
    await fault({ kind: 'status', status })
    expect((await failureOf(model)).usage).toEqual(usage)
  })

  test('F43: says nothing for a minute: given up long before', async () => {
    await fault({ kind: 'silence', seconds: 60 })
    expect(await modelAt(service.url, {}, PATIENCE_MS).ask(question)).toMatchObject({
      ok: false,
      error: { kind: 'unavailable' },
    })
  })

  test('F43: begins an answer and never ends it: given up as well', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"id": "chatcmpl-1", "choices": [')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    expect(await modelAt(`http://127.0.0.1:${port}`, {}, PATIENCE_MS).ask(question)).toMatchObject({
      ok: false,
      error: { kind: 'unavailable' },
    })
    server.closeAllConnections()
    server.close()
  })

  test('F43: closes the connection, or is not there: unavailable', async () => {
    await fault({ kind: 'reject' })
    expect(await model.ask(question)).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
    const nobody = modelAt('http://127.0.0.1:9')
    expect(await nobody.ask(question)).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
  })

  test('is a page of somebody else: unavailable', async () => {
    const server = createServer((_, response) => response.end('<h1>Sign in to the Wi-Fi</h1>'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    expect(await modelAt(`http://127.0.0.1:${port}`).ask(question)).toEqual({
      ok: false,
      error: { kind: 'unavailable', detail: 'model: not a completion' },
    })
    server.closeAllConnections()
    server.close()
  })

  test('tells nothing of the key, the question or the answer in what operators read', async () => {
    await fault({ kind: 'say', content: 'canary answer' })
    const failures = [
      await model.ask(question),
      await modelAt('http://127.0.0.1:9').ask(question),
      await modelAt(service.url, { OPENAI_API_KEY: 'canary key' }).ask(question),
    ]
    expect(failures.every(({ ok }) => !ok)).toBe(true)
    expect(JSON.stringify(failures)).not.toMatch(/canary|Import|import_tasks/)
  })
})

describe('the model process', () => {
  test('answers, and ends in order', async () => {
    const folder = await temporaryFolder()
    const process = await startProcess('model', folder)
    expect(await modelAt(process.url).ask(question)).toMatchObject({ ok: true })
    expect(await process.end('SIGTERM')).toBe(0)
    await rm(folder, { recursive: true })
  })

  test('lets nobody in without a key', async () => {
    const response = await fetch(`${service.url}/v1/chat/completions`, { method: 'POST' })
    expect(response.status).toBe(401)
  })
})
