import { eq } from 'drizzle-orm'
import type { Pepper } from '../../core/pepper.ts'
import type { Database } from './database.ts'
import { deploymentFacts } from './schema.ts'

const NAME = 'pepper'
/** Enough to tell two peppers apart, and tells nothing of either. */
const PRINT_CHARS = 16

/**
 * Whether this is the pepper that the database was first used with: with another one nobody is found
 * again, and everybody who signs up becomes a second person. The first caller decides. Throws when
 * the database cannot.
 */
export async function isPepperKnown(database: Database, pepper: Pepper): Promise<boolean> {
  const value = (await pepper.name('fingerprint', NAME)).slice(0, PRINT_CHARS)
  const [, found] = await database.batch([
    database.insert(deploymentFacts).values({ name: NAME, value }).onConflictDoNothing(),
    database.select().from(deploymentFacts).where(eq(deploymentFacts.name, NAME)),
  ])
  return found[0]?.value === value
}
