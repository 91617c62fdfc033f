import { Mutex, PGlite, type QueryOptions } from '@electric-sql/pglite'
import type { Executor, Session } from './executor.ts'

/**
 * PostgreSQL inside this process, kept in a folder. It has one connection, so work queues up.
 * It takes no lock on the folder: two processes on one folder diverge, the caller must keep others out.
 */
export async function openPglite(folder: string): Promise<Executor> {
  const database = await PGlite.create(folder)
  const options = textOnly(database)
  const mutex = new Mutex()

  const session: Session = {
    async run({ query, params }) {
      const result = await database.query<(string | null)[]>(query, [...params], options)
      const { fields, rows, command = '', rowCount = null } = result
      return { fields, rows, command, rowCount }
    },
  }

  return {
    withSession: (work) =>
      mutex.runExclusive(async () => {
        try {
          return await work(session)
        } finally {
          if (database.isInTransaction()) await database.exec('ROLLBACK')
        }
      }),
    close: () => database.close(),
  }
}

const identity = (value: string) => value

/**
 * PGlite converts values for JavaScript unless each type has a converter of its own. It spreads the
 * tables it is given, so a Proxy that answers for every type would count as empty.
 */
function textOnly(database: PGlite): QueryOptions {
  const table = Object.fromEntries(Object.keys(database.parsers).map((type) => [type, identity]))
  return { rowMode: 'array', parsers: table, serializers: table }
}
