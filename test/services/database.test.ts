import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { neon, neonConfig } from '@neondatabase/serverless'
import { expect, test } from 'vitest'
import { startProcess, temporaryFolder } from '../support/local-services.ts'

const connect = (url: string) => {
  neonConfig.fetchEndpoint = () => `${url}/sql`
  return neon('postgres://foyer:foyer@127.0.0.1/foyer')
}

test('rows that the database process acknowledged survive SIGKILL', async () => {
  const folder = await temporaryFolder()
  const first = await startProcess('database', folder)
  const sql = connect(first.url)
  await sql`CREATE TABLE numbers (n integer PRIMARY KEY)`
  const acknowledged: unknown[] = []
  const writing = (async () => {
    for (let n = 0; ; n += 1) {
      await sql`INSERT INTO numbers VALUES (${n})`
      acknowledged.push({ n })
    }
  })()
  const end = writing.catch((error: unknown) => String(error))
  await expect.poll(() => acknowledged.length, { timeout: 180_000 }).toBeGreaterThan(100)
  await first.end('SIGKILL')
  expect(await end).toContain('Error connecting to database')

  const second = await startProcess('database', folder)
  const rows = await connect(second.url)`SELECT n FROM numbers ORDER BY n`
  expect(rows).toEqual(expect.arrayContaining(acknowledged))
  expect(await second.end('SIGTERM')).toBe(0)
  await rm(folder, { recursive: true })
}, 60_000)

test('a second process on the same folder is refused', async () => {
  const folder = await temporaryFolder()
  const first = await startProcess('database', folder)
  const entry = join(import.meta.dirname, '..', '..', 'scripts', 'services', 'database.ts')
  const environment = { ...process.env, PORT: '1', FOYER_DATA_DIR: folder }
  const second = spawn(process.execPath, [entry], { env: environment })
  let complaint = ''
  second.stderr.on('data', (chunk) => (complaint += String(chunk)))
  await once(second, 'close')
  expect(second.exitCode).toBe(1)
  expect(complaint).toContain('another process uses the database')
  await first.end('SIGTERM')
  await rm(folder, { recursive: true })
}, 60_000)
