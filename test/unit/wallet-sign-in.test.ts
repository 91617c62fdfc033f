import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPepper } from '../../src/core/pepper.ts'
import { type SignInRules, judgeSignIn } from '../../src/core/wallet/judge.ts'
import { NONCE_LIFETIME_MS, issueNonce, readNonce } from '../../src/core/wallet/nonce.ts'
import type { SiweMessage } from '../../src/core/wallet/siwe.ts'

const NOW = Date.UTC(2026, 10, 21)
const pepper = createPepper('p'.repeat(43))
const random = new Uint8Array(12).fill(7)

const at = (ms: number): string => new Date(NOW + ms).toISOString()

const message: SiweMessage = {
  domain: 'foyer.test',
  address: '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
  uri: 'https://foyer.test/login',
  chainId: '1',
  nonce: '0'.repeat(64),
  issuedAt: at(0),
}
const rules: SignInRules = {
  baseUrl: 'https://foyer.test',
  chainIds: ['1', '10'],
  nonce: { issuedAt: NOW - 1_000, expiresAt: NOW + 1_000 },
  now: NOW,
}

const judge = (change: Partial<SiweMessage>, otherRules: Partial<SignInRules> = {}) => {
  const judged = judgeSignIn({ ...message, ...change }, { ...rules, ...otherRules })
  return judged.ok ? 'accepted' : judged.error
}

const MINUTE_MS = 60_000

describe('Q7: what a message must say to sign somebody in', () => {
  test.each<readonly [string, Partial<SiweMessage>, string]>([
    ['nothing else', {}, 'accepted'],
    ['our scheme', { scheme: 'https' }, 'accepted'],
    ['our origin as the URI', { uri: 'https://foyer.test' }, 'accepted'],
    ['another of the chains', { chainId: '10' }, 'accepted'],
    ['times around now', { notBefore: at(0), expirationTime: at(1) }, 'accepted'],
    ['the time of a clock that is a little off', { issuedAt: at(-9 * MINUTE_MS) }, 'accepted'],
    ['X19: another domain', { domain: 'evil.test' }, 'other_domain'],
    ['X19: a domain with our name before it', { domain: 'foyer.test.evil.test' }, 'other_domain'],
    ['X19: a user with our name', { domain: 'foyer.test@evil.test' }, 'other_domain'],
    ['X19: another port', { domain: 'foyer.test:8443' }, 'other_domain'],
    ['X19: another scheme', { scheme: 'http' }, 'other_domain'],
    ['X19: another URI', { uri: 'https://evil.test/login' }, 'other_uri'],
    ['X19: a URI that begins like ours', { uri: 'https://foyer.test.evil.test/' }, 'other_uri'],
    ['X19: a URI with our name as a user', { uri: 'https://foyer.test@evil.test/' }, 'other_uri'],
    ['X19: a URI with another scheme', { uri: 'http://foyer.test/login' }, 'other_uri'],
    ['X19: a URI that only a browser understands', { uri: 'https:foyer.test/login' }, 'other_uri'],
    ['X20: another chain', { chainId: '137' }, 'other_chain'],
    ['X20: a chain in another spelling', { chainId: '01' }, 'other_chain'],
    ['X20: expired', { expirationTime: at(0) }, 'expired'],
    [
      'X20: expired before it was issued',
      { issuedAt: at(5_000), expirationTime: at(4_000) },
      'expired',
    ],
    ['not valid yet', { notBefore: at(1) }, 'not_yet_valid'],
    ['issued long ago', { issuedAt: at(-11 * MINUTE_MS) }, 'other_time'],
    ['issued in the future', { issuedAt: at(11 * MINUTE_MS) }, 'other_time'],
  ])('%s', (_name, change, expected) => {
    expect(judge(change)).toBe(expected)
  })

  test('a nonce of ours that is fresh', () => {
    expect(judge({}, { nonce: null })).toBe('foreign_nonce')
    expect(judge({}, { nonce: { issuedAt: NOW - 5_000, expiresAt: NOW } })).toBe('expired_nonce')
  })
})

describe('Q7: nonces', () => {
  test('are letters and digits, ours, and five minutes old at the most', async () => {
    const { nonce, expiresAt } = await issueNonce(pepper, NOW, random)
    expect(nonce).toMatch(/^[0-9a-z]{64}$/)
    expect(expiresAt).toBe(NOW + NONCE_LIFETIME_MS)
    expect(await readNonce(pepper, nonce)).toEqual({ issuedAt: NOW, expiresAt })
  })

  test('no two are alike', async () => {
    const others = await Promise.all(
      [1, 2, 3].map((byte) => issueNonce(pepper, NOW, new Uint8Array(12).fill(byte))),
    )
    expect(new Set(others.map(({ nonce }) => nonce)).size).toBe(3)
  })

  test('one that was altered anywhere is not ours', async () => {
    const { nonce } = await issueNonce(pepper, NOW, random)
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 63 }),
        fc.constantFrom(...'0123456789abcdefAz'.split('')),
        async (position, char) => {
          const altered = nonce.slice(0, position) + char + nonce.slice(position + 1)
          expect((await readNonce(pepper, altered)) !== null).toBe(altered === nonce)
        },
      ),
    )
  })

  test('one under another pepper is not ours', async () => {
    const { nonce } = await issueNonce(createPepper('q'.repeat(43)), NOW, random)
    expect(await readNonce(pepper, nonce)).toBeNull()
  })
})
