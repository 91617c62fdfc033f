/** Who a caller is; the role decides which routes open. */
export type Role = 'speculative' | 'member' | 'outside' | 'admin'

/** What a verified speculative token says. */
export interface SpeculativeClaims {
  readonly role: 'speculative'
  readonly specId: string
  /** Names the subject's object, so that no look-up is needed. */
  readonly key: string
  /** Counts from the session's opening; the object refuses any other than its own. */
  readonly authEpoch: number
}

/** What a verified member token says. */
export interface MemberClaims {
  readonly role: 'member'
  readonly userId: string
  /** The member session, one for each device. */
  readonly member: string
  readonly key: string
  /** How often this address had been proved. */
  readonly authEpoch: number
}

/** What a verified token of an outside issuer says, as far as it is believed. */
export interface OutsideClaims {
  readonly role: 'outside'
  /** `iss|sub` */
  readonly identity: string
  readonly key: string
}

export type TokenClaims = SpeculativeClaims | MemberClaims

/** `200` of a proof and of `POST /api/auth/refresh`. */
export interface MemberResponse {
  /** For `MEMBER_TOKEN_TTL_SECONDS`. */
  readonly token: string
  /** Counts once; the next one comes with the answer. */
  readonly refreshToken: string
  readonly role: 'member'
  readonly userId: string
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
