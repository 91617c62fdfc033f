import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { neon, neonConfig } from '@neondatabase/serverless'
import { z } from 'zod'

export interface MigrateOptions {
  readonly databaseUrl: string
  /** Where `neon()` finds the database over HTTP; absent: at the host in `databaseUrl`. */
  readonly databaseHttpUrl?: string | undefined
  readonly directory: string
}

const BREAKPOINT = /^--> statement-breakpoint\s*$/m

// Any number will do as long as it is always this one; the database may be shared with other programs.
const LOCK = 'SELECT pg_advisory_xact_lock(7106338)'

// Building an index over a large table takes minutes; a connection that never answers must not hang a deploy.
const FILE_TIMEOUT_MS = 10 * 60_000

const ALREADY_THERE = '23505'

const theHostItself = neonConfig.fetchEndpoint

/**
 * Applies the `*.sql` files that were not applied yet, in the order of their names, each one as a
 * single transaction that also records its name. Runners may overlap: each file waits for the one lock.
 * @returns the names applied by this call.
 * @throws the database's error; earlier files stay applied, nothing of the failing one does.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const { databaseHttpUrl } = options
  neonConfig.fetchEndpoint = databaseHttpUrl === undefined ? theHostItself : () => databaseHttpUrl
  const sql = neon(options.databaseUrl)

  await sql.transaction([sql.query(LOCK), sql.query(CREATE_LEDGER)], within())
  const done = await sql.query('SELECT name FROM foyer_migrations', [], within())
  const names = new Set(
    z
      .array(z.object({ name: z.string() }))
      .parse(done)
      .map((row) => row.name),
  )

  const applied: string[] = []
  for (const name of await migrationFiles(options.directory)) {
    if (names.has(name)) continue
    const statements = splitStatements(await readFile(join(options.directory, name), 'utf8'))
    try {
      await sql.transaction(
        [
          sql.query(LOCK),
          sql.query('INSERT INTO foyer_migrations (name) VALUES ($1)', [name]),
          ...statements.map((statement) => sql.query(statement)),
        ],
        within(),
      )
      applied.push(name)
    } catch (error) {
      if (!appliedMeanwhile(error)) throw new Error(`migration ${name} failed`, { cause: error })
    }
  }
  return applied
}

const within = () => ({ fetchOptions: { signal: AbortSignal.timeout(FILE_TIMEOUT_MS) } })

const CREATE_LEDGER = `CREATE TABLE IF NOT EXISTS foyer_migrations (
  name text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
)`

/** Their names, in the order in which they are applied. */
export async function migrationFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory)
  return entries.filter((name) => name.endsWith('.sql')).toSorted()
}

function splitStatements(text: string): string[] {
  return text.split(BREAKPOINT).filter((part) => part.replaceAll(/^\s*--.*$/gm, '').trim() !== '')
}

/** Another runner was first: it took the lock, and its row is the one that ours collided with. */
function appliedMeanwhile(error: unknown): boolean {
  const collision = z.object({
    code: z.literal(ALREADY_THERE),
    constraint: z.literal('foyer_migrations_pkey'),
  })
  return collision.safeParse(error).success
}

const Environment = z.object({
  DATABASE_URL: z.string(),
  DATABASE_HTTP_URL: z.string().optional(),
})

if (import.meta.main) {
  const environment = Environment.parse(process.env)
  const applied = await migrate({
    databaseUrl: environment.DATABASE_URL,
    databaseHttpUrl: environment.DATABASE_HTTP_URL,
    directory: join(import.meta.dirname, '..', 'migrations'),
  })
  console.log(applied.length === 0 ? 'nothing to migrate' : `applied ${applied.join(', ')}`)
}
