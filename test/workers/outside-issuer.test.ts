import { base64url, generateKeyPair, SignJWT } from 'jose'
import { createExecutionContext } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import worker from '../../src/worker.ts'
import { createPepper } from '../../src/core/pepper.ts'
import {
  ORIGIN,
  bearer,
  bindings,
  fetchWorker,
  freshEmail,
  signUp,
  untilSettled,
} from '../support/worker/api.ts'
import { freshSub, outsideToken } from '../support/worker/outside-token.ts'
import { customersWith, rowsOf, rowsOfKey } from '../support/worker/outside.ts'
import { getStatus, onboard, untilCompleted } from '../support/worker/wallet.ts'

const pepper = createPepper(String(bindings['SUBJECT_PEPPER']))
const keyOf = (sub: string) => pepper.name('issuer', `${bindings.EXTERNAL_ISSUER}|${sub}`)

describe('Q1: a person of an outside issuer', () => {
  test('asks for an account, which is built under the name that the issuer gives them', async () => {
    const sub = freshSub()
    const token = await outsideToken({ sub })
    expect(await (await onboard(token)).json()).toMatchObject({ ok: true, state: 'pending' })
    expect(await untilCompleted(token)).toMatchObject({ state: 'completed' })
    const rows = await rowsOfKey(await keyOf(sub))
    expect(rows).toMatchObject([
      { kind: 'issuer', issuerSubject: `${bindings.EXTERNAL_ISSUER}|${sub}`, email: null },
    ])
    expect(await customersWith(String(rows[0]?.userId))).toHaveLength(1)
  })

  test('is the same person with every token', async () => {
    const sub = freshSub()
    await onboard(await outsideToken({ sub }))
    const other = await outsideToken({ sub, jti: 'another' })
    expect(await untilCompleted(other)).toMatchObject({ state: 'completed' })
    expect((await getStatus(await outsideToken())).status).toBe(404)
  })

  test('is limited like everybody', async () => {
    const token = await outsideToken()
    const answers = await Promise.all(Array.from({ length: 10 }, () => onboard(token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
  })

  test.each([false, true])(
    'X11, X15: with email_verified %j is not linked to the account of that address',
    async (verified) => {
      const email = freshEmail()
      await untilSettled(await signUp(email))
      const sub = freshSub()
      const token = await outsideToken({ sub, email, email_verified: verified })
      await onboard(token)
      await untilCompleted(token)
      const [known] = await rowsOf(email)
      const [outside] = await rowsOfKey(await keyOf(sub))
      expect(known).toMatchObject({ kind: 'email', provenAt: null })
      expect(outside).toMatchObject({ kind: 'issuer', email: null, provenAt: null })
      expect(outside?.userId).not.toBe(known?.userId)
    },
  )

  test.each(['/api/me', '/api/onboarding/session', '/api/admin/ledger'])(
    'is let into nothing else: %s',
    async (path) => {
      const response = await fetchWorker(path, { headers: bearer(await outsideToken()) })
      expect(response.status).toBe(403)
    },
  )
})

describe('a token of the outside issuer that does not count', () => {
  const now = () => Math.floor(Date.now() / 1_000)
  const status = async (token: string) => (await getStatus(token)).status

  test('the maker of these tests can make a good one', async () => {
    expect(await status(await outsideToken())).toBe(404)
  })

  test.each([
    ['X3: another audience', { aud: 'others' }],
    ['X3: no audience', { aud: undefined }],
    ['X3: another issuer', { iss: 'https://evil.test/' }],
    ['X5: expired', { exp: now() - 60 }],
    ['X6: no exp', { exp: undefined }],
    ['not yet', { nbf: now() + 600 }],
    ['nobody', { sub: undefined }],
    ['an empty name', { sub: '' }],
    ['a name that is too long', { sub: 'x'.repeat(256) }],
  ])('%s', async (_name, claims) => {
    expect(await status(await outsideToken(claims))).toBe(401)
  })

  test('X1: alg none', async () => {
    const [, payload = ''] = (await outsideToken()).split('.')
    const header = base64url.encode(JSON.stringify({ alg: 'none', kid: 'outside' }))
    expect(await status(`${header}.${payload}.`)).toBe(401)
    expect(await status(`${header}.${payload}.AA`)).toBe(401)
  })

  test('X2: a secret', async () => {
    const forged = await new SignJWT({ sub: freshSub(), aud: bindings.EXTERNAL_AUDIENCE })
      .setProtectedHeader({ alg: 'HS256', kid: 'outside' })
      .setIssuer(bindings.EXTERNAL_ISSUER)
      .setExpirationTime('5m')
      .sign(new Uint8Array(32))
    expect(await status(forged)).toBe(401)
  })

  test('another key under its kid, and one under another', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    for (const kid of ['outside', 'other']) {
      const forged = await new SignJWT({ sub: freshSub(), aud: bindings.EXTERNAL_AUDIENCE })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(bindings.EXTERNAL_ISSUER)
        .setExpirationTime('5m')
        .sign(privateKey)
      expect(await status(forged)).toBe(401)
    }
  })

  test('X7: a key that it brings along is not fetched', async () => {
    const token = await outsideToken({}, { kid: 'theirs', jku: 'https://evil.test/jwks.json' })
    expect(await status(token)).toBe(401)
  })
})

test('whose keys cannot be had is asked to try again', async () => {
  const env = { ...bindings, EXTERNAL_JWKS_URL: 'http://127.0.0.1:1/jwks.json' }
  const headers = bearer(await outsideToken())
  const request = new Request(`${ORIGIN}/api/user/status`, { headers })
  expect((await worker.fetch(request, env, createExecutionContext())).status).toBe(503)
})
