import { z } from 'zod'

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
export const MemberResponse = z.strictObject({
  /** For `MEMBER_TOKEN_TTL_SECONDS`. */
  token: z.string(),
  /** Counts once; the next one comes with the answer. */
  refreshToken: z.string(),
  role: z.literal('member'),
  userId: z.uuid(),
})
export type MemberResponse = Readonly<z.infer<typeof MemberResponse>>

/** `POST /api/auth/refresh`. */
export const RefreshRequest = z.strictObject({ refreshToken: z.string() })

/** `GET /api/me`: an address or a wallet, whichever signed up. */
export const MeResponse = z.strictObject({
  userId: z.uuid(),
  email: z.string().exactOptional(),
  wallet: z.string().exactOptional(),
  plan_id: z.string(),
  /** What was told on the way in. */
  profile: z.record(z.string(), z.unknown()),
})

/** `200` of `POST /api/user/onboard`. */
export const OnboardResponse = z.strictObject({
  ok: z.literal(true),
  state: z.enum(['pending', 'processing', 'completed', 'failed']),
  redirect: z.string(),
})

/** `200` of `GET /api/user/status`; `enqueuedAt` in epoch milliseconds. */
export const AccountStatus = OnboardResponse.omit({ redirect: true }).extend({
  enqueuedAt: z.int().nonnegative(),
})

/** `GET /.well-known/jwks.json` (RFC 7517, RFC 8037). */
export const PublicKeySet = z.strictObject({
  keys: z
    .array(
      z
        .strictObject({
          kty: z.literal('OKP'),
          crv: z.literal('Ed25519'),
          kid: z.string(),
          x: z.string(),
          alg: z.literal('EdDSA'),
          use: z.literal('sig'),
        })
        .readonly(),
    )
    .readonly(),
})
export type PublicKeySet = Readonly<z.infer<typeof PublicKeySet>>
