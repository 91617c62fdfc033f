import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { neon, neonConfig } from '@neondatabase/serverless'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateOwnSecrets } from '../../scripts/start/secrets.ts'
import { type TestDatabase, startDatabase } from '../database/postgres-database.ts'
import { temporaryFolder } from '../support/local-services.ts'

// Black box: `npm run deploy:check` and `deploy:setup`, whole, where nobody is logged in at Cloudflare.

const ROOT = join(import.meta.dirname, '..', '..')

let folder: string
let database: TestDatabase

beforeAll(async () => {
  folder = await temporaryFolder()
  await writeFile(join(folder, 'index.html'), '')
  database = await startDatabase()
})
afterAll(async () => {
  await database.stop()
  await rm(folder, { recursive: true })
})

/** wrangler.toml as it is, but for this. */
async function configWith(changes: Readonly<Record<string, string>>): Promise<string> {
  const own = await readFile(join(ROOT, 'wrangler.toml'), 'utf8')
  const all = {
    'main = "src/worker.ts"': `main = "${join(ROOT, 'src', 'worker.ts')}"`,
    'directory = "dist/web"': `directory = "${folder}"`,
    ...changes,
  }
  const text = Object.entries(all).reduce((before, [from, to]) => before.replace(from, to), own)
  const path = join(folder, `${crypto.randomUUID()}.toml`)
  await writeFile(path, text)
  return path
}

async function run(script: string, args: readonly string[], settings: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', script), ...args], {
    env: {
      PATH: process.env['PATH'],
      // Whoever runs the tests may be logged in.
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      ...settings,
    },
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

const OURS = {
  'https://start.example.com': 'https://start.acme.dev',
  'hello@example.com': 'hello@acme.dev',
}

test('deploy:check lets good settings go, says what it could not see, and tells no secret', async () => {
  const secrets = generateOwnSecrets()
  const { code, output } = await run('deploy-check.ts', ['--config', await configWith(OURS)], {
    ...secrets,
    DATABASE_URL: database.postgres.url,
    DATABASE_HTTP_URL: `${database.url}/sql`,
  })
  expect(output).not.toContain('must not be deployed')
  expect(output).toContain('secrets nobody is logged in')
  // The database answered, and the Worker was built.
  expect(output).not.toMatch(/^ {2}(?:database|bundle)/m)
  expect(output).toContain('nothing stands against a deploy')
  expect(code).toBe(0)
  expect(output).not.toContain(secrets.SUBJECT_PEPPER)
  expect(output).not.toContain(database.postgres.url)
})

test('deploy:check refuses what is ours to replace, a local inbox and a migration that waits', async () => {
  const config = await configWith({
    'IP_LIMIT = "on"': 'IP_LIMIT = "off"\nRESEND_API_BASE = "http://127.0.0.1:8788"',
  })
  neonConfig.fetchEndpoint = () => `${database.url}/sql`
  await neon(database.postgres.url)`DELETE FROM foyer_migrations WHERE name = '0003_webhooks.sql'`
  const { code, output } = await run('deploy-check.ts', ['--config', config], {
    DATABASE_URL: database.postgres.url,
    DATABASE_HTTP_URL: `${database.url}/sql`,
  })
  expect(code).toBe(1)
  const refused = output.split('to know:')[0]?.split('not looked at:')[0] ?? ''
  const about = [...refused.matchAll(/^ {2}(\S+) /gm)].map(([, name]) => name)
  expect(about).toEqual([
    'PUBLIC_BASE_URL',
    'MAIL_FROM',
    'RESEND_API_BASE',
    'IP_LIMIT',
    'migrations',
  ])
  expect(refused).toContain('0003_webhooks.sql')
})

test('deploy:setup makes nothing where it cannot see what is there', async () => {
  const { code, output } = await run('deploy-setup.ts', [])
  expect(code).toBe(1)
  expect(output).toContain('nothing was made: nobody is logged in')
})

test('deploy:setup --dry-run prints what it would call, and no secret', async () => {
  const settings = { DATABASE_URL: 'postgres://canary' }
  const { code, output } = await run('deploy-setup.ts', ['--dry-run'], settings)
  expect(code).toBe(0)
  const queues = [...output.matchAll(/^wrangler queues create (\S+)$/gm)].map(([, name]) => name)
  expect(new Set(queues)).toEqual(
    new Set(
      ['foyer-hydration', 'foyer-behavior-events', 'foyer-policy-questions'].concat([
        'foyer-hydration-dead',
        'foyer-behavior-dead',
        'foyer-policy-dead',
      ]),
    ),
  )
  expect(output).toContain('wrangler r2 bucket create foyer-archive')
  expect(output).toContain('nothing was made: nobody is logged in')
  expect(output).not.toContain('canary')
})
