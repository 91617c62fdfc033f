import type { SpeculativeClaims } from '../contract/tokens.ts'
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
    /** Set by `requireRole`. */
    claims: SpeculativeClaims
  }
}

let made: Services | undefined

export function servicesOf(env: Bindings): Services {
  if (made) return made
  const settings = parseSettings(env)
  made = {
    settings,
    pepper: createPepper(settings.SUBJECT_PEPPER),
    tokens: createTokens(settings),
  }
  return made
}
