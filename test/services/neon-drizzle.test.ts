import { neon, neonConfig } from '@neondatabase/serverless'
import { DrizzleQueryError, eq, sql as raw } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/neon-http'
import { integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HttpServer, listen } from '../../scripts/services/http-server.ts'
import { neonEndpoint } from '../../scripts/services/neon-endpoint.ts'
import { type Backend, backends } from './backends.ts'

// A file of its own: drizzle() changes how the driver converts timestamps, for the whole process.

const people = pgTable('people', {
  id: integer().primaryKey(),
  email: text().notNull(),
  profile: jsonb().$type<{ tags: string[] }>(),
  joinedAt: timestamp('joined_at', { withTimezone: true }),
})

describe.each(backends)('drizzle over the Neon endpoint over $name', ({ open }) => {
  let backend: Backend
  let server: HttpServer
  const connect = () => drizzle({ client: neon(backend.databaseUrl) })

  beforeAll(async () => {
    backend = await open()
    server = await listen(neonEndpoint(backend.executor), 0)
    neonConfig.fetchEndpoint = () => `http://127.0.0.1:${server.port}/sql`
  }, 60_000)

  afterAll(async () => {
    await server.close()
    await backend.stop()
  })

  beforeEach(async () => {
    const db = connect()
    await db.execute(raw`DROP TABLE IF EXISTS people`)
    await db.execute(raw`CREATE TABLE people (
      id integer PRIMARY KEY, email text NOT NULL, profile jsonb, joined_at timestamptz)`)
  })

  test('a row comes back as it was written', async () => {
    const db = connect()
    const row = {
      id: 1,
      email: "o'neill@example.com",
      profile: { tags: ['new', '"quoted"'] },
      joinedAt: new Date('2026-11-21T10:00:00Z'),
    }
    await db.insert(people).values(row)
    expect(await db.select().from(people).where(eq(people.id, 1))).toEqual([row])
  })

  test('a batch is atomic and fails with the code', async () => {
    const db = connect()
    const insert = db.insert(people).values({ id: 1, email: 'a' })
    await expect(db.batch([insert, insert])).rejects.toMatchObject({ code: '23505' })
    expect(await db.$count(people)).toBe(0)
  })

  test('a single query fails with the code in its cause', async () => {
    const db = connect()
    const error: unknown = await db
      .execute(raw`SELECT * FROM nowhere`)
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(DrizzleQueryError)
    expect(error).toMatchObject({ cause: { code: '42P01' } })
  })
})
