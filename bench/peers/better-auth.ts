import { randomBytes } from 'node:crypto'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { anonymous } from 'better-auth/plugins'
import { Pool } from 'pg'
import { z } from 'zod'
import { startPostgres } from '../../test/support/postgres.ts'
import { runPeer } from './run-peer.ts'

// A process of its own. What a team would take ready-made: better-auth, whose anonymous plugin makes a
// user and a session of a visitor at once, on a PostgreSQL that keeps what it commits. Nothing makes an
// account behind it, and no two visits of one person meet: each is a user of its own.

/** As many as there are calls at once. */
const CONNECTIONS = 16

const Settings = z.object({ POSTGRES_URL: z.url(), SECRET: z.string() })

const optionsOf = (url: string, secret: string, connections: number) =>
  ({
    baseURL: 'http://127.0.0.1',
    secret,
    database: new Pool({ connectionString: url, max: connections }),
    plugins: [anonymous()],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  }) satisfies BetterAuthOptions

await runPeer({
  async open() {
    const postgres = await startPostgres({ durable: true })
    const secret = randomBytes(32).toString('base64url')
    const options = optionsOf(postgres.url, secret, 1)
    const { runMigrations } = await getMigrations(options)
    await runMigrations()
    await options.database.end()
    return {
      settings: { POSTGRES_URL: postgres.url, SECRET: secret },
      stop: () => postgres.stop(),
    }
  },
  async createListener(given) {
    const { POSTGRES_URL, SECRET } = Settings.parse(given)
    return toNodeHandler(betterAuth(optionsOf(POSTGRES_URL, SECRET, CONNECTIONS)))
  },
})
