import type { ErrorCode } from '../../contract/errors.ts'
import { type Access, ROUTES, type Route } from '../roles.ts'
import { admin, learning } from './admin.ts'
import { behaviour } from './behaviour.ts'
import type { Description } from './description.ts'
import { onboarding } from './onboarding.ts'
import { operations } from './operations.ts'
import { people } from './people.ts'

export const AREAS = { onboarding, people, behaviour, operations, admin, learning }

/** One for each route: the compiler misses what is left out. */
export const DESCRIPTIONS: Readonly<Record<Route, Description>> = {
  ...onboarding,
  ...people,
  ...behaviour,
  ...operations,
  ...admin,
  ...learning,
}

/** Every code with which a route may refuse. */
export function refusalsOf(route: Route): ReadonlySet<ErrorCode> {
  const { roles, shown }: Access = ROUTES[route]
  const guarded = roles !== 'everybody' && shown === undefined
  return new Set<ErrorCode>([
    ...(guarded ? (['unauthorized', 'forbidden'] as const) : []),
    ...(DESCRIPTIONS[route].refusals ?? []),
    'internal',
    'unavailable',
  ])
}
