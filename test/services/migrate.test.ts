import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { neon, neonConfig } from '@neondatabase/serverless'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { migrate } from '../../scripts/migrate.ts'
import { type HttpServer, listen } from '../../scripts/services/http-server.ts'
import { neonEndpoint } from '../../scripts/services/neon-endpoint.ts'
import { type Backend, backends } from './backends.ts'
import { temporaryFolder } from '../support/local-services.ts'

const FIRST = `-- People.
CREATE TABLE people (id integer PRIMARY KEY, note text DEFAULT 'a;b');
--> statement-breakpoint
INSERT INTO people (id) VALUES (1);
--> statement-breakpoint
-- Nothing follows.
`

describe.each(backends)('migrate over $name', ({ open }) => {
  let backend: Backend
  let server: HttpServer
  let directory: string

  beforeAll(async () => {
    backend = await open()
    server = await listen(neonEndpoint(backend.executor), 0)
  }, 60_000)
  afterAll(async () => {
    await server.close()
    await backend.stop()
  })

  beforeEach(async () => {
    directory = await temporaryFolder()
    await query('DROP TABLE IF EXISTS people, foyer_migrations')
  })
  afterEach(() => rm(directory, { recursive: true }))

  const endpoint = () => `http://127.0.0.1:${server.port}/sql`
  const query = (text: string) => {
    neonConfig.fetchEndpoint = endpoint
    return neon(backend.databaseUrl).query(text)
  }
  const put = (name: string, text: string) => writeFile(join(directory, name), text)
  const run = () =>
    migrate({ databaseUrl: backend.databaseUrl, databaseHttpUrl: endpoint(), directory })

  test('files are applied in the order of their names, once', async () => {
    await put('0002_more.sql', 'INSERT INTO people (id) VALUES (2)')
    await put('0001_people.sql', FIRST)
    await put('README.md', 'not SQL')
    await mkdir(join(directory, 'meta'))
    expect(await run()).toEqual(['0001_people.sql', '0002_more.sql'])
    expect(await run()).toEqual([])
    expect(await query('SELECT id, note FROM people ORDER BY id')).toEqual([
      { id: 1, note: 'a;b' },
      { id: 2, note: 'a;b' },
    ])
  })

  test('a new file is applied on top of the old ones', async () => {
    await put('0001_people.sql', FIRST)
    await run()
    await put('0002_more.sql', 'INSERT INTO people (id) VALUES (2)')
    expect(await run()).toEqual(['0002_more.sql'])
  })

  test('runners at the same time apply each file once between them', async () => {
    await put('0001_people.sql', FIRST)
    await put('0002_more.sql', 'INSERT INTO people (id) VALUES (2)')
    const applied = (await Promise.all([run(), run(), run(), run()])).flat()
    expect(applied).toHaveLength(2)
    expect(new Set(applied)).toEqual(new Set(['0001_people.sql', '0002_more.sql']))
    expect(await query('SELECT count(*)::int AS count FROM people')).toEqual([{ count: 2 }])
  })

  test('a failing file leaves nothing of itself and keeps what was before', async () => {
    await put('0001_people.sql', FIRST)
    await put(
      '0002_broken.sql',
      'INSERT INTO people (id) VALUES (2);\n--> statement-breakpoint\nINSERT INTO people (id) VALUES (1);',
    )
    await expect(run()).rejects.toMatchObject({
      message: 'migration 0002_broken.sql failed',
      cause: { code: '23505', constraint: 'people_pkey' },
    })
    expect(await query('SELECT id FROM people')).toEqual([{ id: 1 }])
    expect(await query('SELECT name FROM foyer_migrations')).toEqual([{ name: '0001_people.sql' }])
  })
})
