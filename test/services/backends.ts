import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Executor } from '../../scripts/services/executor.ts'
import { openPostgres } from '../../scripts/services/pg-executor.ts'
import { openPglite } from '../../scripts/services/pglite-executor.ts'
import { startPostgres } from '../support/postgres.ts'

export interface Backend {
  readonly executor: Executor
  readonly databaseUrl: string
  stop(): Promise<void>
}

async function pgliteBackend(): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), 'foyer-endpoint-'))
  const executor = await openPglite(join(folder, 'postgres'))
  return {
    executor,
    databaseUrl: 'postgres://foyer:foyer@127.0.0.1/foyer',
    async stop() {
      await executor.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function postgresBackend(): Promise<Backend> {
  const postgres = await startPostgres()
  const executor = openPostgres(postgres.url)
  return {
    executor,
    databaseUrl: postgres.url,
    async stop() {
      await executor.close()
      await postgres.stop()
    },
  }
}

/** What stands behind the endpoint; both must look the same through it. */
export const backends = [
  { name: 'PGlite', open: pgliteBackend },
  { name: 'PostgreSQL', open: postgresBackend },
]
