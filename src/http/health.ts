import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import { connect, databaseFailure } from '../adapters/neon/database.ts'
import { isPepperKnown } from '../adapters/neon/deployment.ts'
import type { FieldIssue } from '../contract/errors.ts'
import { type HttpEnv, type Services, servicesOf } from './context.ts'
import { refuse } from './refuse.ts'

/** `/healthz`: this Worker runs and its settings are readable. `/readyz`: it can do its work. */
export const health = new Hono<HttpEnv>()
  .get('/healthz', (c) => c.json({ ok: true }))
  .get('/readyz', async (c) => {
    const missing = await whatIsMissing(servicesOf(c.env))
    return missing === null
      ? c.json({ ok: true })
      : refuse(c, { code: 'unavailable', message: 'Not ready.', details: [missing] })
  })

async function whatIsMissing({ settings, pepper }: Services): Promise<FieldIssue | null> {
  const database = connect(settings)
  try {
    await database.execute(sql`select 1 from users limit 1`)
    if (await isPepperKnown(database, pepper)) return null
    const message = 'is not the one that this database was first used with'
    return { path: 'SUBJECT_PEPPER', message }
  } catch (error) {
    return { path: 'database', message: databaseFailure(error).detail }
  }
}
