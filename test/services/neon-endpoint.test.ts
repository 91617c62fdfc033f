import { neon, neonConfig, NeonDbError } from '@neondatabase/serverless'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HttpServer, listen, MAX_BODY_BYTES } from '../../scripts/services/http-server.ts'
import { neonEndpoint } from '../../scripts/services/neon-endpoint.ts'
import { openPostgres } from '../../scripts/services/pg-executor.ts'
import { type Backend, backends } from './backends.ts'

describe.each(backends)('the Neon endpoint over $name', ({ open }) => {
  let backend: Backend
  let server: HttpServer
  let sql: ReturnType<typeof neon<false, false>>

  beforeAll(async () => {
    backend = await open()
    server = await listen(neonEndpoint(backend.executor), 0)
    neonConfig.fetchEndpoint = () => `http://127.0.0.1:${server.port}/sql`
    sql = neon(backend.databaseUrl)
  }, 60_000)

  afterAll(async () => {
    await server.close()
    await backend.stop()
  })

  beforeEach(async () => {
    await sql`DROP TABLE IF EXISTS people`
    await sql`CREATE TABLE people (
      id integer PRIMARY KEY, email text NOT NULL CONSTRAINT people_email_unique UNIQUE,
      profile jsonb, joined_at timestamptz)`
  })

  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${server.port}/sql`, { method: 'POST', body, headers })

  test('a query answers rows in JavaScript types', async () => {
    const joined = new Date('2026-11-21T10:00:00.123Z')
    const bytes = Buffer.from([0, 255, 16])
    const rows =
      await sql`SELECT ${7}::int AS number, ${true}::bool AS yes, ${null}::text AS nothing,
      ${{ a: ['ä', null] }}::jsonb AS object, ${['x', 'y,"z']}::text[] AS list, ${[1, 2]}::int[] AS numbers,
      ${joined}::timestamptz AS time, ${'12.50'}::numeric AS money, ${bytes}::bytea AS bytes,
      9007199254740993::bigint AS big`
    expect(rows).toEqual([
      {
        number: 7,
        yes: true,
        nothing: null,
        object: { a: ['ä', null] },
        list: ['x', 'y,"z'],
        numbers: [1, 2],
        time: joined,
        money: '12.50',
        bytes,
        big: '9007199254740993',
      },
    ])
  })

  test('full results carry the command, the row count and the fields', async () => {
    const insert = await neon(backend.databaseUrl, { fullResults: true })`
      INSERT INTO people (id, email) VALUES (1, 'a'), (2, 'b') RETURNING id`
    expect(insert).toMatchObject({ command: 'INSERT', rowCount: 2, rows: [{ id: 1 }, { id: 2 }] })
    expect(insert.fields).toMatchObject([{ name: 'id', dataTypeID: 23 }])
    const update = await neon(backend.databaseUrl, { fullResults: true })`
      UPDATE people SET email = email || '!'`
    expect(update).toMatchObject({ command: 'UPDATE', rowCount: 2, rows: [] })
  })

  test('array mode answers rows as arrays, also when two columns share a name', async () => {
    const rows = await sql.query('SELECT 1 AS a, 2 AS a', [], { arrayMode: true })
    expect(rows).toEqual([[1, 2]])
  })

  test('a caller that asks for neither text nor arrays gets plain JSON', async () => {
    const query = `SELECT 1 AS one, true AS yes, 'null'::jsonb AS nothing, '{"a":1}'::json AS object, 10::bigint AS big`
    const response = await post(JSON.stringify({ query }))
    expect(await response.json()).toMatchObject({
      rows: [{ one: 1, yes: true, nothing: null, object: { a: 1 }, big: '10' }],
      rowAsArray: false,
    })
  })

  test('a batch commits as a whole', async () => {
    const [, rows] = await sql.transaction([
      sql`INSERT INTO people (id, email) VALUES (1, 'a@example.com')`,
      sql`SELECT email FROM people`,
    ])
    expect(rows).toEqual([{ email: 'a@example.com' }])
  })

  test('a batch with a failing statement leaves nothing', async () => {
    const failing = sql.transaction([
      sql`INSERT INTO people (id, email) VALUES (1, 'a@example.com')`,
      sql`INSERT INTO people (id, email) VALUES (2, 'a@example.com')`,
    ])
    await expect(failing).rejects.toMatchObject({
      code: '23505',
      constraint: 'people_email_unique',
    })
    expect(await sql`SELECT count(*)::int AS count FROM people`).toEqual([{ count: 0 }])
  })

  test('a batch runs under the isolation level it asks for', async () => {
    const [rows] = await sql.transaction([sql`SHOW transaction_isolation`], {
      isolationLevel: 'Serializable',
    })
    expect(rows).toEqual([{ transaction_isolation: 'serializable' }])
  })

  test('a read-only batch cannot write', async () => {
    const writing = sql.transaction([sql`DELETE FROM people`], { readOnly: true })
    await expect(writing).rejects.toMatchObject({ code: '25006' })
  })

  test('an error carries what PostgreSQL said about it', async () => {
    await sql`INSERT INTO people (id, email) VALUES (1, 'a@example.com')`
    const error: unknown =
      await sql`INSERT INTO people (id, email) VALUES (2, 'a@example.com')`.catch(
        (caught: unknown) => caught,
      )
    expect(error).toBeInstanceOf(NeonDbError)
    expect(error).toMatchObject({
      message: 'duplicate key value violates unique constraint "people_email_unique"',
      code: '23505',
      severity: 'ERROR',
      detail: 'Key (email)=(a@example.com) already exists.',
      schema: 'public',
      table: 'people',
      constraint: 'people_email_unique',
    })
    await expect(sql`INSERT INTO people (id) VALUES (3)`).rejects.toMatchObject({
      code: '23502',
      column: 'email',
    })
  })

  test.each([
    ['SELEC 1', '42601'],
    ['SELECT 1; SELECT 2', '42601'],
    ['SELECT * FROM nowhere', '42P01'],
    ["SELECT 'x'::int", '22P02'],
    ['SELECT 1/0', '22012'],
  ])('%s fails with code %s', async (query, code) => {
    await expect(sql.query(query)).rejects.toMatchObject({ code })
  })

  test('a transaction left open by a single query does not reach the next one', async () => {
    await sql`BEGIN`
    await sql`INSERT INTO people (id, email) VALUES (1, 'kept@example.com')`
    await sql`ROLLBACK`
    expect(await sql`SELECT id FROM people`).toEqual([{ id: 1 }])
  })

  test('fifty queries at once all get their own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => sql`SELECT ${index}::int AS index`),
    )
    expect(answers.map(([row]) => row)).toEqual(answers.map((_, index) => ({ index })))
  })

  test.each([
    ['text that is not JSON', '{"query":'],
    ['a body of another shape', '{"sql":"SELECT 1"}'],
    ['parameters that are not text', '{"query":"SELECT $1","params":[{}]}'],
  ])('%s is answered 400 with a message', async (_, body) => {
    const response = await post(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toHaveProperty(
      'message',
      expect.stringContaining('expected JSON'),
    )
  })

  test('an unknown isolation level is answered 400', async () => {
    const response = await post('{"queries":[]}', { 'Neon-Batch-Isolation-Level': 'Chaos' })
    expect(response.status).toBe(400)
  })

  test('a body over the limit is answered 413 with the limit', async () => {
    const response = await post(JSON.stringify({ query: 'x'.repeat(MAX_BODY_BYTES) }))
    expect(response.status).toBe(413)
    expect(await response.json()).toEqual({
      message: `request body is over ${MAX_BODY_BYTES} bytes`,
    })
  })

  test('a web page is refused', async () => {
    const response = await post('{"query":"SELECT 1"}', { Origin: 'https://example.com' })
    expect(response.status).toBe(403)
  })

  test('it tells that it is healthy', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/healthz`)
    expect(response.status).toBe(200)
  })
})

describe('the bridge to a database of somebody else', () => {
  test('an unreachable database has no code', async () => {
    const executor = openPostgres('postgres://foyer:foyer@127.0.0.1:1/foyer')
    const server = await listen(neonEndpoint(executor), 0)
    neonConfig.fetchEndpoint = () => `http://127.0.0.1:${server.port}/sql`
    const error: unknown = await neon('postgres://foyer:foyer@127.0.0.1/foyer')`SELECT 1`.catch(
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(NeonDbError)
    expect(error).toHaveProperty('message', expect.stringContaining('503'))
    expect(error).not.toHaveProperty('code', expect.any(String))
    await server.close()
    await executor.close()
  })

  test('only a caller that knows its password is served', async () => {
    const executor = openPostgres('postgres://foyer:right@127.0.0.1:1/foyer')
    const server = await listen(
      neonEndpoint(executor, { expectedUrl: 'postgres://foyer:right@127.0.0.1:1/foyer' }),
      0,
    )
    neonConfig.fetchEndpoint = () => `http://127.0.0.1:${server.port}/sql`
    const wrong = neon('postgres://foyer:wrong@127.0.0.1:1/foyer')
    await expect(wrong`SELECT 1`).rejects.toMatchObject({ code: '28P01' })
    const right = neon('postgres://foyer:right@127.0.0.1:1/foyer')
    await expect(right`SELECT 1`).rejects.toThrow('ECONNREFUSED')
    await server.close()
    await executor.close()
  })
})
