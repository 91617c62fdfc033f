import type { MemberClaims, OutsideClaims, SpeculativeClaims } from '../contract/tokens.ts'
import { type VerifyAccess, createAccessTokens } from '../adapters/access-tokens.ts'
import { type OutsideTokens, createOutsideTokens } from '../adapters/outside-tokens.ts'
import { type Tokens, createTokens } from '../adapters/tokens.ts'
import { type Pepper, createPepper } from '../core/pepper.ts'
import {
  type Bindings,
  type Settings,
  accessApplicationOf,
  outsideIssuerOf,
  parseSettings,
} from '../env.ts'

/** What every request works with; made once per isolate. */
export interface Services {
  readonly settings: Settings
  readonly pepper: Pepper
  readonly tokens: Tokens
  /** `null`: nobody is signed in elsewhere. */
  readonly outside: OutsideTokens | null
  /** `null`: Access is not there, and `ADMIN_TOKEN` opens what it would guard. */
  readonly verifyAccess: VerifyAccess | null
}

/** Hono's view of one request. */
export interface HttpEnv {
  readonly Bindings: Bindings
  readonly Variables: {
    requestId: string
    services: Services
    /** Set by `authorize` for a speculative token. */
    claims: SpeculativeClaims
    /** Set by `authorize` for a member's token. */
    member: MemberClaims
    /** Set by `authorize` for a member's token and for an outside issuer's. */
    signedIn: MemberClaims | OutsideClaims
    /** Set by `authorize` for an operator; `null`: nobody vouches for a name. */
    operator: string | null
  }
}

const made = new WeakMap<Settings, Services>()

export function servicesOf(env: Bindings): Services {
  const settings = parseSettings(env)
  const known = made.get(settings)
  if (known) return known
  const pepper = createPepper(settings.SUBJECT_PEPPER)
  const issuer = outsideIssuerOf(settings)
  const application = accessApplicationOf(settings)
  const services = {
    settings,
    pepper,
    tokens: createTokens(settings),
    outside: issuer === null ? null : createOutsideTokens(issuer, pepper),
    verifyAccess: application === null ? null : createAccessTokens(application),
  }
  made.set(settings, services)
  return services
}
