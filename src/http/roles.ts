import type { Role } from '../contract/tokens.ts'

/** Who may call a route: everybody, or whoever shows a token of one of these roles. */
export interface Access {
  readonly roles: 'everybody' | readonly [Role, ...Role[]]
  /** A speculative token that expired counts, too, for as long as its session may live. */
  readonly expired?: true
  /** What stands for the header with the token; the route looks at it itself. */
  readonly shown?: string
}

export type Method = 'GET' | 'PATCH' | 'POST'

const everybody: Access = { roles: 'everybody' }
const speculative: Access = { roles: ['speculative'] }
const member: Access = { roles: ['member'] }
/** People who are signed in, here or with the outside issuer. */
const signedIn: Access = { roles: ['member', 'outside'] }
/** Whoever has a journey: a session its own, a member the account's. */
const person: Access = { roles: ['speculative', 'member'] }
const admin: Access = { roles: ['admin'] }

const shown = (access: Access, what: string): Access => ({ ...access, shown: what })

/** For the compiler to know each of them by name. */
const table = <Name extends `${Method} /${string}`>(
  routes: Readonly<Record<Name, Access>>,
): Readonly<Record<Name, Access>> => routes

/**
 * Every route there is, and who may call it. A route that is not here is not served; docs/roles.md
 * is printed from it.
 */
export const ROUTES = table({
  'GET /healthz': everybody,
  'GET /readyz': everybody,
  'GET /.well-known/jwks.json': everybody,

  'POST /api/onboarding/speculative': everybody,
  'GET /api/onboarding/session': speculative,
  'GET /api/onboarding/stream': speculative,
  'POST /api/onboarding/token': { ...speculative, expired: true },
  'PATCH /api/onboarding/draft': speculative,
  'POST /api/onboarding/code': speculative,
  'POST /api/onboarding/claim': speculative,
  'GET /ws/onboarding/:specId': shown(speculative, 'the token as a subprotocol'),
  'POST /api/onboarding/resume': shown(everybody, 'the link of a mail'),
  'GET /api/onboarding/unsubscribe': everybody,
  'POST /api/onboarding/unsubscribe': shown(everybody, 'the link of a mail'),

  'POST /api/auth/nonce': everybody,
  'POST /api/auth/wallet': shown(everybody, 'the signature of a wallet'),
  'POST /api/auth/refresh': shown(everybody, 'a refresh token'),
  'POST /api/auth/logout': member,
  'GET /api/me': member,

  'POST /api/user/onboard': signedIn,
  'GET /api/user/status': signedIn,

  'POST /api/v1/events': person,
  'GET /api/v1/recommendation': person,
  'GET /api/v1/checklist': person,
  'POST /api/v1/recommendations/:id/feedback': person,
  'GET /ws/v1/recommendations': shown(member, 'the token as a subprotocol'),

  'POST /webhooks/stripe': shown(everybody, 'a signature'),

  'GET /metrics': admin,
  'GET /api/admin/dead-letters': admin,
  'GET /api/admin/dead-letters/:fingerprint': admin,
  'GET /api/admin/dead-letters/:fingerprint/preview': admin,
  'POST /api/admin/dead-letters/:fingerprint/replay': admin,
  'POST /api/admin/dead-letters/:fingerprint/dismiss': admin,
  'GET /api/admin/replays/:id': admin,
  'POST /api/admin/replays/:id/stop': admin,
  'GET /api/admin/operator': admin,
  'GET /api/admin/operator-actions': admin,
  'POST /api/admin/sessions/search': admin,
  'GET /api/admin/sessions/:specId': admin,
  'GET /api/admin/overview': admin,
  'POST /api/admin/people/export': admin,
  'POST /api/admin/people/erase': admin,
  'GET /api/admin/people/erasures/:id': admin,
  'GET /api/admin/ledger': admin,
  'GET /api/admin/bandit': admin,
  'GET /api/admin/bandit/history': admin,
  'POST /api/admin/bandit/rebuild': admin,
  'GET /api/admin/experiment': admin,
  'GET /api/admin/budgets': admin,
  'GET /api/admin/policy': admin,
  'GET /api/admin/policy/dead-letters': admin,
  'POST /api/admin/policy/dead-letters/:id/decide-again': admin,
})
export type Route = keyof typeof ROUTES

/** Where there is nothing, only those may see that who may see what is there. */
const AREAS: readonly (readonly [prefix: string, access: Access])[] = [
  ['/api/user/', signedIn],
  ['/api/admin/', admin],
  ['/metrics', admin],
]

const accesses = new Map<string, Access>(Object.entries(ROUTES))

/** @returns `undefined` for a route that is not in the table */
export const accessTo = (method: string, path: string): Access | undefined =>
  accesses.get(`${method} ${path}`)

/** Of an address at which there is no route. */
export const accessToNothing = (path: string): Access =>
  AREAS.find(([prefix]) => path.startsWith(prefix))?.[1] ?? everybody
