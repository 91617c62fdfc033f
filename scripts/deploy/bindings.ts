import type { Bindings } from '../../src/env.ts'

/** By its type: whoever adds a binding adds it here, or this does not compile. */
const NAMES = {
  SUBJECTS: true,
  BUDGETS: true,
  HYDRATION: true,
  BEHAVIOR: true,
  POLICY: true,
  IP_LIMITER: true,
  EVENTS_LIMITER: true,
  ARCHIVE: true,
  ASSETS: true,
} as const satisfies Record<Needed, true>

type KnownKeys<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] }
type Needed = Exclude<KnownKeys<Bindings>, 'ANALYTICS' | 'EMAIL'>

/** What the Worker cannot do without. */
export const NEEDED_BINDINGS: readonly string[] = Object.keys(NAMES)
