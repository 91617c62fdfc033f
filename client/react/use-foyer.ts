import type { Foyer } from '../foyer.ts'
import { useScope } from './context.ts'

/** The client that the provider was given, for calls that have no hook of their own. */
export const useFoyer = (): Foyer => useScope().foyer
