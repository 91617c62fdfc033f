import { join } from 'node:path'
import { migrate } from '../../scripts/migrate.ts'
import { listen } from '../../scripts/services/http-server.ts'
import { neonEndpoint } from '../../scripts/services/neon-endpoint.ts'
import { openPostgres } from '../../scripts/services/pg-executor.ts'
import { type Database, connect } from '../../src/adapters/neon/database.ts'
import { startPostgres } from '../support/postgres.ts'

/** A real PostgreSQL with our tables, reached by the unchanged Neon driver. */
export async function startDatabase(): Promise<{ database: Database; stop: () => Promise<void> }> {
  const postgres = await startPostgres()
  const executor = openPostgres(postgres.url)
  const server = await listen(neonEndpoint(executor), 0)
  const settings = {
    DATABASE_URL: postgres.url,
    DATABASE_HTTP_URL: `http://127.0.0.1:${server.port}/sql`,
  }
  await migrate({
    databaseUrl: settings.DATABASE_URL,
    databaseHttpUrl: settings.DATABASE_HTTP_URL,
    directory: join(import.meta.dirname, '../../migrations'),
  })
  return {
    database: connect(settings),
    async stop() {
      await server.close()
      await executor.close()
      await postgres.stop()
    },
  }
}
