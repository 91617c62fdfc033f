import { describe, expect, test } from 'vitest'
import { createPolicyModel } from '../../src/adapters/openai/model.ts'
import { catalogue } from '../../src/catalogue.ts'
import { questionFor } from '../../src/core/policy/question.ts'
import { parseSettings } from '../../src/env.ts'
import { bindings } from '../support/worker/api.ts'

// OpenAI's own client in the runtime that it is deployed to, with its fetch.

const settings = parseSettings(bindings)

const question = questionFor(catalogue, {
  state: {
    days_since_signup: 2,
    completed_actions: ['verify_email', 'create_project'],
    last_error: null,
    subscription_tier: 'free',
    proven: true,
  },
  page: '/projects/:id',
})

async function ask(timeoutMs?: number, change = {}) {
  const model = createPolicyModel(
    { ...settings, OPENAI_API_KEY: 'local', ...change },
    catalogue,
    timeoutMs,
  )
  if (model === null || question === null) throw new Error('nobody to ask, or nothing')
  return model.ask(question)
}

async function fault(kind: unknown): Promise<void> {
  await fetch(new URL('/_control', bindings.OPENAI_BASE_URL), {
    method: 'POST',
    body: JSON.stringify({ fault: kind }),
  })
}

describe('the model, asked from the Worker', () => {
  test('ranks and words the candidates', async () => {
    expect(await ask()).toMatchObject({
      ok: true,
      value: { answer: { choices: [{}, {}, {}] }, dropped: [] },
    })
  })

  test('F43: is silent for a minute: given up long before', async () => {
    await fault({ kind: 'silence', seconds: 60, times: 1 })
    expect(await ask(1_000)).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
  })

  test('F43: says 429: told until when, and asked once', async () => {
    await fault({ kind: 'status', status: 429, retryAfter: '7', times: 1 })
    expect(await ask()).toMatchObject({
      ok: false,
      error: { kind: 'rate_limited', retryAfterMs: 7_000 },
    })
  })

  test('is nobody without a key', () => {
    expect(createPolicyModel(settings, catalogue)).toBeNull()
  })

  test('has settings that are right when nothing is said of them', () => {
    const { OPENAI_MODEL, OPENAI_INPUT_USD_PER_MTOK, OPENAI_OUTPUT_USD_PER_MTOK } = settings
    expect([OPENAI_MODEL, OPENAI_INPUT_USD_PER_MTOK, OPENAI_OUTPUT_USD_PER_MTOK]).toEqual([
      'gpt-4.1-mini',
      0.4,
      1.6,
    ])
  })
})
