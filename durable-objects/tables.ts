/**
 * The tables that an object has. Asked once: most objects are opened by a sign-up and have none, and
 * every statement that one is spared there is time in which somebody waits.
 */
export const tablesOf = (sql: SqlStorage): ReadonlySet<string> =>
  new Set(
    sql
      .exec<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
      .toArray()
      .map(({ name }) => name),
  )
