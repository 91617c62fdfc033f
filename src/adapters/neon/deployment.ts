import { eq } from 'drizzle-orm'
import type { Pepper } from '../../core/pepper.ts'
import type { Database } from './database.ts'
import { PEPPER_FACT as NAME, pepperPrint } from './pepper-print.ts'
import { deploymentFacts } from './schema.ts'

/**
 * Whether this is the pepper that the database was first used with: with another one nobody is found
 * again, and everybody who signs up becomes a second person. The first caller decides. Throws when
 * the database cannot.
 */
export async function isPepperKnown(database: Database, pepper: Pepper): Promise<boolean> {
  const value = await pepperPrint(pepper)
  const [, found] = await database.batch([
    database.insert(deploymentFacts).values({ name: NAME, value }).onConflictDoNothing(),
    database.select().from(deploymentFacts).where(eq(deploymentFacts.name, NAME)),
  ])
  return found[0]?.value === value
}
