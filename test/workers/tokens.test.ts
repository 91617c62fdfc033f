import { SignJWT, base64url, createLocalJWKSet, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import type { PublicKeySet } from '../../src/contract/tokens.ts'
import { createTokens } from '../../src/adapters/tokens.ts'
import { parseSettings } from '../../src/env.ts'
import {
  ORIGIN,
  bearer,
  bindings,
  claimsOf,
  errorOf,
  fetchWorker,
  freshEmail,
  signUp,
} from '../support/worker/api.ts'
import { forge, prove } from '../support/worker/tokens.ts'

const jwks = async () => (await fetchWorker('/.well-known/jwks.json')).json<PublicKeySet>()

const status = async (token: string) =>
  (await fetchWorker('/api/onboarding/session', { headers: bearer(token) })).status

const settings = parseSettings(bindings)

describe('S4: the token', () => {
  test('one that was found good is believed only while it is valid, and only as it is', async () => {
    const tokens = createTokens(settings)
    const specId = crypto.randomUUID()
    const now = Date.now()
    const issued = { specId, key: 'k'.repeat(43), authEpoch: 0 }
    const token = await tokens.issueSpeculative(issued, now)
    const valid = { ok: true, value: { role: 'speculative', ...issued } }
    const invalid = { ok: false, error: 'invalid' }
    expect(await tokens.verify(token, now)).toEqual(valid)
    expect(await tokens.verify(token, now)).toEqual(valid)
    const [signed, payload, signature = ''] = token.split('.')
    const other = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    expect(await tokens.verify([signed, payload, other].join('.'), now)).toEqual(invalid)
    expect(await tokens.verify(token, now - 2_000)).toEqual(invalid)
    const expired = now + settings.TOKEN_TTL_SECONDS * 1_000
    expect(await tokens.verify(token, expired)).toEqual(invalid)
    expect(await tokens.verify(token, expired, 'expired')).toEqual(valid)
    expect(await tokens.verify(token, expired)).toEqual(invalid)
  })

  test('is verified offline with nothing but the published keys', async () => {
    const { token, specId } = await signUp()
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createLocalJWKSet({ keys: (await jwks()).keys.map((key) => ({ ...key })) }),
      { issuer: ORIGIN, audience: `${ORIGIN}/onboarding`, typ: 'spec+jwt' },
    )
    expect(payload).toMatchObject({ sub: specId, sid: specId, role: 'speculative', authEpoch: 0 })
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'spec+jwt', kid: 'first' })
  })

  test('the published keys have no private part', async () => {
    const { keys } = await jwks()
    expect(keys.map(({ kid }) => kid)).toEqual(['first', 'second'])
    expect(JSON.stringify(keys)).not.toContain('"d"')
  })

  test('X63: an audience check alone keeps it out of any other backend', async () => {
    const { token } = await signUp()
    const keys = createLocalJWKSet({ keys: (await jwks()).keys.map((key) => ({ ...key })) })
    await expect(
      jwtVerify(token, keys, { audience: 'https://api.customer.example' }),
    ).rejects.toThrow()
  })

  test('rotation logs nobody out: what the older key signed stays valid', async () => {
    const session = await signUp()
    const rotated = createTokens({
      ...settings,
      TOKEN_KEYS: { keys: settings.TOKEN_KEYS.keys.toReversed() },
    })
    expect((await rotated.verify(session.token, Date.now())).ok).toBe(true)
    const { specId, key } = { ...session, key: String(claimsOf(session.token).key) }
    const fresh = await rotated.issueSpeculative({ specId, key, authEpoch: 0 }, Date.now())
    expect(await status(fresh)).toBe(200)
  })
})

describe('a token that is not ours opens nothing', () => {
  const now = () => Math.floor(Date.now() / 1_000)

  test('the forger of these tests can make a good one', async () => {
    expect(await status(await forge((await signUp()).token))).toBe(200)
  })

  test('X1: alg none', async () => {
    const { token } = await signUp()
    const header = base64url.encode(JSON.stringify({ alg: 'none', typ: 'spec+jwt', kid: 'first' }))
    const payload = token.split('.')[1] ?? ''
    expect(await status(`${header}.${payload}.`)).toBe(401)
    expect(await status(`${header}.${payload}.AA`)).toBe(401)
  })

  test('X2: the public key as an HMAC secret', async () => {
    const { token } = await signUp()
    const [key] = (await jwks()).keys
    const forged = await new SignJWT({ ...claimsOf(token) })
      .setProtectedHeader({ alg: 'HS256', typ: 'spec+jwt', kid: 'first' })
      .sign(base64url.decode(String(key?.x)))
    expect(await status(forged)).toBe(401)
  })

  test.each([
    ['X3: another audience', { claims: { aud: `${ORIGIN}/members` } }],
    ['X3: our audience and another', { claims: { aud: [`${ORIGIN}/x`] } }],
    ['X3: another issuer', { claims: { iss: 'https://evil.example' } }],
    ['X4: another type', { header: { typ: 'at+jwt' } }],
    ['X5: expired', { claims: { exp: now() - 1 } }],
    ['X5: issued in the future', { claims: { iat: now() + 60 } }],
    ['X6: no exp', { without: 'exp' }],
    ['no jti', { without: 'jti' }],
    ['X7: a kid with a path', { header: { kid: '../../first' } }],
    ['X7: x5u', { header: { x5u: 'https://evil.example/chain.pem' } }],
    ['X7: a key of its own', { header: { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } } }],
    ['X7: jku', { header: { kid: 'elsewhere', jku: 'https://evil.example/jwks.json' } }],
    ['another role', { claims: { role: 'member' } }],
    ['a session that is not its subject', { claims: { sid: crypto.randomUUID() } }],
    ['another epoch', { claims: { authEpoch: 1 } }],
  ])('%s', async (_name, change) => {
    expect(await status(await forge((await signUp()).token, change))).toBe(401)
  })

  test('X4: a token of one kind never passes for the other, whatever type it says it is', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    const speculative = (await signUp()).token
    const member = (await prove(session, email)).token
    const me = async (token: string) =>
      (await fetchWorker('/api/me', { headers: bearer(token) })).status
    expect([await me(member), await status(speculative)]).toEqual([200, 200])
    expect([await me(speculative), await status(member)]).toEqual([403, 403])
    for (const typ of ['spec+jwt', 'at+jwt', 'JWT', 'application/at+jwt', undefined]) {
      const header = { typ }
      const forged = [await forge(speculative, { header }), await forge(member, { header })]
      const [asMember = '', asSession = ''] = forged
      expect([typ, await me(asMember)]).toEqual([typ, typ === 'spec+jwt' ? 403 : 401])
      expect([typ, await status(asSession)]).toEqual([typ, typ === 'at+jwt' ? 403 : 401])
    }
    // Nor by its audience or its role.
    const { aud, role } = claimsOf(member)
    for (const claims of [{ aud }, { role }, { aud, role }]) {
      expect(await me(await forge(speculative, { claims }))).toBe(401)
    }
  })

  test('another key under our kid', async () => {
    const { token } = await signUp()
    const { privateKey } = await generateKeyPair('EdDSA')
    const forged = await new SignJWT({ ...claimsOf(token) })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'spec+jwt', kid: 'first' })
      .sign(privateKey)
    expect(await status(forged)).toBe(401)
  })

  test('a session that its object has forgotten has ended', async () => {
    const specId = crypto.randomUUID()
    expect(
      await status(await forge((await signUp()).token, { claims: { sub: specId, sid: specId } })),
    ).toBe(401)
  })

  test.each(['', 'Bearer', 'Bearer x', 'Basic dXNlcjpwYXNz', 'Bearer a.b.c d'])(
    'Authorization %j is 401 in the one error shape',
    async (header) => {
      const response = await fetchWorker('/api/onboarding/session', {
        headers: { Authorization: header },
      })
      expect(response.status).toBe(401)
      expect((await errorOf(response)).code).toBe('unauthorized')
    },
  )
})

describe('renewal', () => {
  const renew = (token: string) =>
    fetchWorker('/api/onboarding/token', { method: 'POST', headers: bearer(token) })

  test('takes a token that expired while the tab slept', async () => {
    const past = Math.floor(Date.now() / 1_000) - 3_600
    const expired = await forge((await signUp()).token, { claims: { iat: past, exp: past + 300 } })
    expect(await status(expired)).toBe(401)
    const response = await renew(expired)
    expect(response.status).toBe(200)
    expect(await status((await response.json<SignUpResponse>()).token)).toBe(200)
  })

  test.each([
    ['older than any session', { claims: { iat: 1, exp: 2 } }],
    ['from the future', { claims: { iat: Math.floor(Date.now() / 1_000) + 60 } }],
    ['of another type', { header: { typ: 'at+jwt' } }],
  ])('refuses one that is %s', async (_name, change) => {
    expect((await renew(await forge((await signUp()).token, change))).status).toBe(401)
  })
})
