import type { Pepper } from '../../core/pepper.ts'

/** Enough to tell two peppers apart, and tells nothing of either. */
const PRINT_CHARS = 16

/** The name of the fact that holds it. */
export const PEPPER_FACT = 'pepper'

/** By what a database knows the pepper that it was first used with. */
export const pepperPrint = async (pepper: Pepper): Promise<string> =>
  (await pepper.name('fingerprint', PEPPER_FACT)).slice(0, PRINT_CHARS)
