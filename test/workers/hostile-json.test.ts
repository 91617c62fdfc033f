import { describe, expect, test } from 'vitest'
import {
  bearer,
  errorOf,
  fetchWorker,
  freshEmail,
  postSignUp,
  signUp,
} from '../support/worker/api.ts'
import { prove } from '../support/worker/tokens.ts'

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

const patch = (token: string, body: string) =>
  fetchWorker('/api/onboarding/draft', {
    method: 'PATCH',
    headers: { ...bearer(token), 'Content-Type': 'application/json' },
    body,
  })

describe('a draft, which may hold any JSON', () => {
  test.each([
    ['X43: __proto__', '{"__proto__": {"role": "admin"}, "team": "A"}', '__proto__'],
    ['X43: __proto__ further in', '{"team": [{"__proto__": {}}]}', 'team.0.__proto__'],
    ['X43: depth 17', `{"a": ${nested(17)}}`, ''],
    ['X43: depth 8,000', `{"a": ${nested(8_000)}}`, ''],
    ['X44: NUL', String.raw`{"a": "\u0000"}`, 'a'],
    ['X44: NUL in a key', String.raw`{"b": {"a\u0000": 1}}`, 'b.a\0'],
    ['X44: a lone surrogate', String.raw`{"a": ["x", "\ud800"]}`, 'a.1'],
    ['X44: surrogates in the wrong order', String.raw`{"a": "\udc00\ud800"}`, 'a'],
  ])('%s is 400, and nothing is kept', async (_name, body, path) => {
    const { token } = await signUp()
    const answer = await patch(token, body)
    expect(answer.status).toBe(400)
    const error = await errorOf(answer)
    expect(error).toMatchObject({ code: 'validation_failed', details: [{ path }] })
    expect(await (await patch(token, '{}')).json()).toEqual({ draft: {} })
  })

  test('X43: depth 10,000 and 2 MB are 413', async () => {
    const { token } = await signUp()
    expect((await patch(token, nested(10_000))).status).toBe(413)
    expect((await patch(token, `{"a": "${'x'.repeat(2_000_000)}"}`)).status).toBe(413)
  })

  test('X43: keys with a meaning in JavaScript are keys', async () => {
    const { token } = await signUp()
    const draft = { constructor: { prototype: { role: 'admin' } }, toString: 'a', length: -1 }
    expect(await (await patch(token, JSON.stringify(draft))).json()).toEqual({ draft })
    expect(({} as Record<string, unknown>)['role']).toBeUndefined()
  })

  test('X44, X45: whatever else people write is there as it was written, in the profile, too', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    const draft = {
      name: "Robert'); DROP TABLE users; --",
      tricky: 'tab\t, line\n, \u001b[31m, \u202E, 👩‍🚀, $1, %s, \\',
      'key\'"`;--': null,
      '{"a": 1}': { $ne: '' },
    }
    expect((await patch(session.token, JSON.stringify(draft))).status).toBe(200)
    const { token } = await prove(session, email)
    const { 'key\'"`;--': _removed, ...kept } = draft
    const me = await fetchWorker('/api/me', { headers: bearer(token) })
    expect(await me.json()).toMatchObject({ profile: kept })
  })
})

test.each(['10', '0', '-1', 'abc'])(
  'X43: 2 MB that say they are %s bytes are 413',
  async (length) => {
    const body = JSON.stringify({ email: freshEmail(), plan_id: 'x'.repeat(2_000_000) })
    expect((await postSignUp(body, { 'Content-Length': length })).status).toBe(413)
  },
)
