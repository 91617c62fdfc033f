import type { MemberClaims, SpeculativeClaims } from '../contract/tokens.ts'
import { type Tokens, createTokens } from '../adapters/tokens.ts'
import { type Pepper, createPepper } from '../core/pepper.ts'
import { type Bindings, type Settings, parseSettings } from '../env.ts'

/** What every request works with; made once per isolate. */
export interface Services {
  readonly settings: Settings
  readonly pepper: Pepper
  readonly tokens: Tokens
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
  }
}

const made = new WeakMap<Settings, Services>()

export function servicesOf(env: Bindings): Services {
  const settings = parseSettings(env)
  const known = made.get(settings)
  if (known) return known
  const services = {
    settings,
    pepper: createPepper(settings.SUBJECT_PEPPER),
    tokens: createTokens(settings),
  }
  made.set(settings, services)
  return services
}
