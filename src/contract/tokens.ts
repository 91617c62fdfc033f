/** Who a caller is; the role decides which routes open. */
export type Role = 'speculative' | 'member' | 'admin'

/** What a verified speculative token says. */
export interface SpeculativeClaims {
  readonly role: 'speculative'
  readonly specId: string
  /** Names the subject's object, so that no look-up is needed. */
  readonly key: string
  /** Counts from the session's opening; the object refuses any other than its own. */
  readonly authEpoch: number
}

/** `GET /.well-known/jwks.json` (RFC 7517, RFC 8037). */
export interface PublicKeySet {
  readonly keys: readonly {
    readonly kty: 'OKP'
    readonly crv: 'Ed25519'
    readonly kid: string
    readonly x: string
    readonly alg: 'EdDSA'
    readonly use: 'sig'
  }[]
}
