import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Executor } from './executor.ts'
import { lockFile } from './file-lock.ts'
import { neonEndpoint } from './neon-endpoint.ts'
import { openPostgres } from './pg-executor.ts'
import { openPglite } from './pglite-executor.ts'
import { type Place, runService, type Service } from './process.ts'

/** With `DATABASE_URL` a bridge to that PostgreSQL, otherwise one of our own in the data folder. */
export async function openDatabaseService(place: Place, databaseUrl?: string): Promise<Service> {
  if (databaseUrl !== undefined) {
    const bridge = openPostgres(databaseUrl)
    return serve(bridge, neonEndpoint(bridge, { expectedUrl: databaseUrl }))
  }
  const executor = await openOwn(place.dataDirectory)
  return serve(executor, neonEndpoint(executor))
}

async function openOwn(dataDirectory: string): Promise<Executor> {
  mkdirSync(dataDirectory, { recursive: true })
  const lock = lockFile(join(dataDirectory, 'postgres.lock'))
  if (!lock) throw new Error(`another process uses the database in ${dataDirectory}`)
  const executor = await openPglite(join(dataDirectory, 'postgres'))
  return {
    withSession: (work) => executor.withSession(work),
    async close() {
      await executor.close()
      lock.release()
    },
  }
}

function serve(executor: Executor, fetch: Service['fetch']): Service {
  return { fetch, close: () => executor.close() }
}

if (import.meta.main) {
  await runService((place) => openDatabaseService(place, process.env['DATABASE_URL']))
}
