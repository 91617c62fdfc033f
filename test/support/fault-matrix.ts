import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A test that docs/faults.md names for one row. */
export interface NamedTest {
  readonly row: string
  /** From the root. */
  readonly file: string
  /** As the source says it: placeholders of a table stay. */
  readonly title: string
}

const ROW = /^\| (F\d+) \|.*\| ([^|]*) \|$/gm
const REFERENCE = /\[[\w/-]+\]\(\.\.\/(test\/[\w/.-]+)\) ([^|]+?)(?:<br>|$)/g

/** The rows of the table, with their tests; a row whose tests are to come has none. */
export function rowsOf(docs: string): ReadonlyMap<string, readonly NamedTest[]> {
  return new Map(
    [...docs.matchAll(ROW)].map(([, row = '', cell = '']) => [
      row,
      [...cell.matchAll(REFERENCE)].map(([, file = '', title = '']) => ({ row, file, title })),
    ]),
  )
}

const LITERAL = /(['"`])((?:[A-Z]\d*, )*F\d+(?:, [A-Z]\d+)*: (?:\\.|(?!\1).)*)\1/g

/** Titles of tests, and of groups of them, that begin with rows of the matrix. */
export const titlesIn = (source: string): readonly string[] =>
  [...source.matchAll(LITERAL)].map(([, , title = '']) => title.replaceAll(/\\(.)/g, '$1'))

/** `F9, F24: …` is about F9 and F24. */
export const rowsIn = (title: string): readonly string[] =>
  (title.split(':')[0] ?? '').split(', ').filter((label) => /^F\d+$/.test(label))

/** By file, from the root. */
export function titlesUnder(root: string): ReadonlyMap<string, readonly string[]> {
  const files = globSync('test/**/*.test.ts', { cwd: root })
  return new Map(files.map((file) => [file, titlesIn(readFileSync(join(root, file), 'utf8'))]))
}

/** What is wrong with the references of a table, in words. */
export const brokenReferences = (
  rows: ReadonlyMap<string, readonly NamedTest[]>,
  titles: ReadonlyMap<string, readonly string[]>,
): readonly string[] =>
  [...rows.values()].flat().flatMap(({ row, file, title }) => {
    if (!rowsIn(title).includes(row))
      return [`${row}: the name of "${title}" does not begin with it`]
    return titles.get(file)?.includes(title) === true ? [] : [`${row}: no "${title}" in ${file}`]
  })
