import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import { connect, databaseFailure } from '../adapters/neon/database.ts'
import type { HttpEnv } from './context.ts'
import { refuse } from './refuse.ts'

/** `/healthz`: this Worker runs and its settings are readable. `/readyz`: it can do its work. */
export const health = new Hono<HttpEnv>()
  .get('/healthz', (c) => c.json({ ok: true }))
  .get('/readyz', async (c) => {
    try {
      await connect(c.get('services').settings).execute(sql`select 1 from users limit 1`)
      return c.json({ ok: true })
    } catch (error) {
      return refuse(c, {
        code: 'unavailable',
        message: 'Not ready.',
        details: [{ path: 'database', message: databaseFailure(error).detail }],
      })
    }
  })
