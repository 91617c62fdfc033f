import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate } from '../../scripts/migrate.ts'
import { billingEmulator } from '../../scripts/services/billing/emulator.ts'
import { openEmulator } from '../../scripts/services/emulator.ts'
import { type FetchHandler, listen } from '../../scripts/services/http-server.ts'
import { identityEmulator } from '../../scripts/services/identity/emulator.ts'
import { mailEmulator } from '../../scripts/services/mail/emulator.ts'
import { modelEmulator } from '../../scripts/services/model/emulator.ts'
import { neonEndpoint } from '../../scripts/services/neon-endpoint.ts'
import { openPostgres } from '../../scripts/services/pg-executor.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { MEMORY_FOLDER } from './memory.ts'
import { type Calls, Delays, type Question, type Ready, type ServiceName } from './services.ts'

// A process of its own: a real PostgreSQL that keeps what it commits, behind what the Neon driver
// speaks, and the local providers. Says where they are, then how often each was called when asked;
// ends with its parent.

const PROVIDERS = {
  billing: billingEmulator,
  identity: identityEmulator,
  mail: mailEmulator,
}

// However it ends, there is something to tidy up; Ctrl-C reaches every process.
const end = Promise.race(['disconnect', 'SIGINT', 'SIGTERM'].map((event) => once(process, event)))

const delaysMs = Delays.parse(JSON.parse(process.argv[2] ?? '{}'))
const calls: Record<ServiceName, number> = { database: 0, billing: 0, identity: 0, mail: 0 }
const busyMs: Record<ServiceName, number> = { database: 0, billing: 0, identity: 0, mail: 0 }

/** @returns its URL */
async function serve(name: ServiceName, service: FetchHandler): Promise<string> {
  const delayMs = delaysMs[name] ?? 0
  const server = await listen(async (request) => {
    calls[name] += 1
    if (delayMs > 0) await sleep(delayMs)
    const startedAt = performance.now()
    try {
      return await service(request)
    } finally {
      busyMs[name] += performance.now() - startedAt
    }
  }, 0)
  return `http://127.0.0.1:${server.port}`
}

// The providers of a product have disks of their own: theirs is to slow nobody down here.
const folder = await mkdtemp(join(MEMORY_FOLDER ?? tmpdir(), 'foyer-bench-services-'))

async function serveProvider(name: keyof typeof PROVIDERS): Promise<string> {
  const emulator = PROVIDERS[name](join(folder, name))
  const { fetch } = await openEmulator(emulator, `http://${name}.localhost`)
  return serve(name, fetch)
}

/** Only for whoever sets `OPENAI_API_KEY`: neither late nor counted. */
async function serveModel(): Promise<string> {
  const { fetch } = await openEmulator(modelEmulator(), 'http://model.localhost')
  const { port } = await listen(fetch, 0)
  return `http://127.0.0.1:${port}/v1`
}

const postgres = await startPostgres({ durable: true })
const executor = openPostgres(postgres.url)
const settings = {
  DATABASE_URL: 'postgres://foyer:foyer@127.0.0.1/foyer',
  DATABASE_HTTP_URL: `${await serve('database', neonEndpoint(executor))}/sql`,
  STRIPE_API_BASE: await serveProvider('billing'),
  AUTH0_API_BASE: await serveProvider('identity'),
  RESEND_API_BASE: await serveProvider('mail'),
  OPENAI_BASE_URL: await serveModel(),
}
await migrate({
  databaseUrl: settings.DATABASE_URL,
  databaseHttpUrl: settings.DATABASE_HTTP_URL,
  directory: join(import.meta.dirname, '..', '..', 'migrations'),
})
const ready: Ready = { settings, postgresUrl: postgres.url, postgresPid: postgres.pid() ?? null }
process.send?.(ready)

process.on('message', (question: Question) => {
  process.send?.({ calls, busyMs }[question] satisfies Calls)
})
await end
await executor.close()
await postgres.stop()
await rm(folder, { recursive: true })
process.exit(0)
