import { decodeJwt } from 'jose'
import { z } from 'zod'
import { type Result, fail, ok } from '../contract/result.ts'
import type { OutsideClaims } from '../contract/tokens.ts'
import type { Pepper } from '../core/pepper.ts'
import { verifierOf } from './signed-elsewhere.ts'

/** What an outside issuer may sign with. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA']

/** OpenID Connect Core, 2: at most 255 characters. Nothing else of the token is believed. */
const Payload = z.object({ iss: z.string(), sub: z.string().min(1).max(255) })

export interface OutsideIssuer {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
}

/** Tokens of people who are signed in elsewhere. */
export interface OutsideTokens {
  /** Whether it calls itself one of theirs; nothing is verified. */
  claims(token: string): boolean
  /** @returns `unavailable`: the issuer's keys could not be had */
  verify(token: string, now: number): Promise<Result<OutsideClaims, 'invalid' | 'unavailable'>>
}

/**
 * The subject is the issuer's own name for a person. An address in such a token never leads to the
 * account of that address, verified or not: whoever controls the one need not control the other.
 */
export function createOutsideTokens(outside: OutsideIssuer, pepper: Pepper): OutsideTokens {
  const verifySigned = verifierOf({ ...outside, algorithms: ALGORITHMS, requiredClaims: ['sub'] })
  return {
    claims: (token) => issuerIn(token) === outside.issuer,

    async verify(token, now) {
      const signed = await verifySigned(token, now)
      if (!signed.ok) return signed
      const payload = Payload.safeParse(signed.value)
      if (!payload.success) return fail('invalid')
      const { iss, sub } = payload.data
      const identity = `${iss}|${sub}`
      return ok({ role: 'outside', identity, key: await pepper.name('issuer', identity) })
    },
  }
}

function issuerIn(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null
  } catch {
    return null
  }
}
