import type { TokenClaims } from '../contract/tokens.ts'

/** As many as people call one isolate within the life of a token; half a kilobyte each. */
const TOKENS_MAX = 1_000

interface Verified {
  readonly claims: TokenClaims
  /** Epoch milliseconds between which the token is valid, the last one not included. */
  readonly from: number
  readonly until: number
}

/**
 * Tokens whose signature was found good, so that whoever calls again and again is not verified again
 * and again. What they say never changes; whether a session has ended is its object's to say, each time.
 */
export class VerifiedTokens {
  readonly #known = new Map<string, Verified>()

  /** @returns `undefined`: it must be verified */
  claimsOf(token: string, now: number): TokenClaims | undefined {
    const verified = this.#known.get(token)
    if (verified === undefined || now < verified.from) return undefined
    if (now < verified.until) return verified.claims
    this.#known.delete(token)
    return undefined
  }

  keep(token: string, verified: Verified): void {
    this.#known.set(token, verified)
    if (this.#known.size <= TOKENS_MAX) return
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}
