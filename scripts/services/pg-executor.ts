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
      try {
        return await work(sessionOver(client))
      } finally {
        // Closing the connection rolls back whatever is still open in it.
        client.release(client.getTransactionStatus() !== 'I')
      }
    },
    close: () => pool.end(),
  }
}

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
