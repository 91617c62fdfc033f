import type { Key, ReactNode } from 'react'

/** @typeParam Row what a line shows */
export interface Column<Row> {
  readonly title: string
  /** @param now of the answer, epoch milliseconds */
  readonly cell: (row: Row, now: number) => ReactNode
  readonly numeric?: true
}

interface TableProps<Row> {
  /** For those who do not see it. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly now: number
  readonly keyOf: (row: Row) => Key
  /** Instead of no rows. */
  readonly empty: ReactNode
}

export function Table<Row>({ caption, columns, rows, now, keyOf, empty }: TableProps<Row>) {
  if (rows.length === 0) return <p className="soft">{empty}</p>
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- wide tables scroll, also by keyboard
    <section className="table-frame" aria-label={caption} tabIndex={0}>
      <table>
        <caption className="only-read">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, numeric }) => (
              <th key={title} scope="col" className={numeric === true ? 'numeric' : ''}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, cell, numeric }) => (
                <td key={title} className={numeric === true ? 'numeric number' : ''}>
                  {cell(row, now)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
