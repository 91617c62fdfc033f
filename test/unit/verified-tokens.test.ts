import { describe, expect, test } from 'vitest'
import { VerifiedTokens } from '../../src/adapters/verified-tokens.ts'

const claims = { role: 'speculative', specId: 'a', key: 'k', authEpoch: 0 } as const

describe('S4: tokens that were verified', () => {
  test('S4: a token is known from its beginning until it expires, to the millisecond', () => {
    const tokens = new VerifiedTokens()
    tokens.keep('token', { claims, from: 1_000, until: 2_000 })
    const known = [999, 1_000, 1_999, 2_000].map((now) => tokens.claimsOf('token', now))
    expect(known).toEqual([undefined, claims, claims, undefined])
  })

  test('S4: another text is another token, however alike', () => {
    const tokens = new VerifiedTokens()
    tokens.keep('token', { claims, from: 0, until: 2_000 })
    expect(tokens.claimsOf('token ', 1_000)).toBeUndefined()
    expect(tokens.claimsOf('Token', 1_000)).toBeUndefined()
  })

  test('S4: of a thousand and one the oldest is forgotten', () => {
    const tokens = new VerifiedTokens()
    for (let index = 0; index <= 1_000; index += 1) {
      tokens.keep(`token ${index}`, { claims, from: 0, until: 2_000 })
    }
    expect(tokens.claimsOf('token 0', 1_000)).toBeUndefined()
    expect(tokens.claimsOf('token 1', 1_000)).toBe(claims)
    expect(tokens.claimsOf('token 1000', 1_000)).toBe(claims)
  })
})
