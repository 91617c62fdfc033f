import { type SQL, getTableColumns, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'

// Rows of a table as the source of a statement, `told`, however many they are: as parameters of their own
// they would soon be more than the 65,535 that a statement has room for.

/** Those that can be told: what the database makes of others, it makes itself. */
const tellable = (table: PgTable): readonly (readonly [key: string, column: PgColumn])[] =>
  Object.entries(getTableColumns(table)).filter(([, column]) => column.generated === undefined)

/**
 * The table's columns, for an `INSERT` or a `SELECT`.
 *
 * @param as what a column is to be instead of its name
 */
export const columnsOf = (
  table: PgTable,
  as: (column: PgColumn) => SQL | undefined = () => undefined,
): SQL =>
  list(tellable(table).map(([, column]) => as(column) ?? sql`${sql.identifier(column.name)}`))

/**
 * An array for each column: of many narrow rows the fastest form by a fifth, 57,000 events a second in
 * statements of 10,000 (docs/behaviour.md). Not for columns that are arrays themselves.
 */
export function toldColumns<T extends PgTable>(table: T, rows: readonly T['$inferInsert'][]): SQL {
  const arrays = tellable(table).map(([key, column]) => {
    const values = rows.map((row) => textOf(valueOf(row, key)))
    return sql`${sql.param(values)}::${sql.raw(column.getSQLType())}[]`
  })
  return sql`unnest(${list(arrays)}) as told (${columnsOf(table)})`
}

/** One JSON document. */
export function toldRecords<T extends PgTable>(table: T, rows: readonly T['$inferInsert'][]): SQL {
  const columns = tellable(table)
  const records = rows.map((row) =>
    Object.fromEntries(columns.map(([key, { name }]) => [name, valueOf(row, key)])),
  )
  const types = columns.map(
    ([, column]) => sql`${sql.identifier(column.name)} ${sql.raw(column.getSQLType())}`,
  )
  return sql`jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as told (${list(types)})`
}

const list = (parts: readonly SQL[]): SQL => sql.join([...parts], sql`, `)

const valueOf = (row: object, key: string): unknown => Reflect.get(row, key)

const textOf = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value)
