import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createTokens } from '../../src/adapters/tokens.ts'
import { generateTokenKey, rotate } from '../../scripts/token-keys.ts'

const Keys = z.object({
  keys: z.array(
    z.object({
      kid: z.string(),
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      x: z.string(),
      d: z.string(),
    }),
  ),
})

const tokensWith = (text: string) =>
  createTokens({
    PUBLIC_BASE_URL: 'https://foyer.test',
    TOKEN_KEYS: Keys.parse(JSON.parse(text)),
    TOKEN_TTL_SECONDS: 300,
    MEMBER_TOKEN_TTL_SECONDS: 900,
    SESSION_MAX_AGE_HOURS: 24,
  })

const kids = (text: string) => Keys.parse(JSON.parse(text)).keys.map(({ kid }) => kid)
const first = JSON.stringify({ keys: [generateTokenKey()] })
const claims = { specId: crypto.randomUUID(), key: 'k'.repeat(43), authEpoch: 0 }

describe('S4: a rotation', () => {
  test('publishes before it signs, and signs before it retires', () => {
    const published = rotate(first, 'publish')
    const [old, fresh] = kids(published)
    expect(old).toBe(kids(first)[0])
    expect(kids(rotate(published, 'sign'))).toEqual([fresh, old])
    expect(kids(rotate(rotate(published, 'sign'), 'retire'))).toEqual([fresh])
  })

  test('logs nobody out: every token holds until the key that signed it is retired', async () => {
    const published = rotate(first, 'publish')
    const signing = rotate(published, 'sign')
    const now = Date.now()
    const old = await tokensWith(first).issueSpeculative(claims, now)
    const fresh = await tokensWith(signing).issueSpeculative(claims, now)
    for (const keys of [published, signing]) {
      expect((await tokensWith(keys).verify(old, now)).ok).toBe(true)
      expect((await tokensWith(keys).verify(fresh, now)).ok).toBe(true)
    }
    const retired = tokensWith(rotate(signing, 'retire'))
    expect((await retired.verify(fresh, now)).ok).toBe(true)
    expect((await retired.verify(old, now)).ok).toBe(false)
  })

  test.each(['sign', 'retire'] as const)('has nothing to %s with one key', (step) => {
    expect(() => rotate(first, step)).toThrow('publish first')
  })

  test('is not begun twice, and takes nothing that is no key set', () => {
    expect(() => rotate(rotate(first, 'publish'), 'publish')).toThrow('under way')
    expect(() => rotate('{}', 'publish')).toThrow()
  })
})
