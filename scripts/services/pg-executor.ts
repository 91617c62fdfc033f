import { Pool, type PoolClient } from 'pg'
import type { Executor, Session } from './executor.ts'

// Each request takes a session for its own duration; a small PostgreSQL allows 100 connections.
const MAX_CONNECTIONS = 10

// Well inside the caller's own timeout, so that it hears why and does not just give up.
const CONNECT_TIMEOUT_MS = 5_000

/** A PostgreSQL server, reached by its connection string. */
export function openPostgres(connectionString: string): Executor {
  const pool = new Pool({
    connectionString,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  // The pool has already dropped the broken connection; unheard, the event would end the process.
  pool.on('error', (error) => {
    if (!pool.ending) console.error(`idle connection lost: ${error.message}`)
  })

  return {
    async withSession(work) {
      const client = await pool.connect()
      // While it is lent the pool does not listen: a connection cut off then would end the process.
      client.on('error', ignore)
      let failed = true
      try {
        const result = await work(sessionOver(client))
        failed = false
        return result
      } finally {
        // Closing the connection rolls back whatever is still open in it; after an error it may be
        // about to close by itself, and must not be lent to the next one.
        const spent = failed || client.getTransactionStatus() !== 'I'
        if (!spent) client.off('error', ignore)
        client.release(spent)
      }
    },
    close: () => pool.end(),
  }
}

/** Whoever has the connection hears of it by their query. */
const ignore = (): void => undefined

const textOnly = { getTypeParser: () => (value: string) => value }

function sessionOver(client: PoolClient): Session {
  return {
    async run({ query, params }) {
      // Extended also without parameters: as with Neon, one statement a query.
      const config = { text: query, values: [...params], types: textOnly, queryMode: 'extended' }
      const result = await client.query<(string | null)[]>({ ...config, rowMode: 'array' })
      const fields = result.fields.map(({ name, dataTypeID }) => ({ name, dataTypeID }))
      return { fields, rows: result.rows, command: result.command, rowCount: result.rowCount }
    },
  }
}
