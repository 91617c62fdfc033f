import { join } from 'node:path'
import { migrate } from '../../scripts/migrate.ts'
import { listen } from '../../scripts/services/http-server.ts'
import { neonEndpoint } from '../../scripts/services/neon-endpoint.ts'
import { openPostgres } from '../../scripts/services/pg-executor.ts'
import { type Database, connect } from '../../src/adapters/neon/database.ts'
import { faultyEndpoint } from '../support/faulty-endpoint.ts'
import { type TestPostgres, startPostgres } from '../support/postgres.ts'

export interface TestDatabase {
  readonly database: Database
  readonly postgres: TestPostgres
  /** Where faults are set. */
  readonly url: string
  stop(): Promise<void>
}

/** A real PostgreSQL with our tables, reached by the unchanged Neon driver. */
export async function startDatabase(): Promise<TestDatabase> {
  const postgres = await startPostgres()
  const executor = openPostgres(postgres.url)
  const server = await listen(faultyEndpoint(neonEndpoint(executor)), 0)
  const url = `http://127.0.0.1:${server.port}`
  const settings = { DATABASE_URL: postgres.url, DATABASE_HTTP_URL: `${url}/sql` }
  await migrate({
    databaseUrl: settings.DATABASE_URL,
    databaseHttpUrl: settings.DATABASE_HTTP_URL,
    directory: join(import.meta.dirname, '../../migrations'),
  })
  return {
    database: connect(settings),
    postgres,
    url,
    async stop() {
      await server.close()
      await executor.close()
      await postgres.stop()
    },
  }
}
