import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A test that a matrix names for one of its rows. */
export interface NamedTest {
  readonly row: string
  /** From the root. */
  readonly file: string
  /** As the source says it: placeholders of a table stay. */
  readonly title: string
}

const REFERENCE = /\[[\w/-]+\]\(\.\.\/(test\/[\w/.-]+)\) ([^|]+?)(?:<br>|$)/g

/** A table of docs/ whose rows are numbered by one letter, and the tests whose names begin with them. */
export class TestMatrix {
  readonly #row: RegExp
  readonly #literal: RegExp
  readonly #label: RegExp

  constructor(letter: 'F' | 'X') {
    this.#row = new RegExp(String.raw`^\| (${letter}\d+) \|.*\| ([^|]*) \|$`, 'gm')
    this.#literal = new RegExp(
      String.raw`(['"${'`'}])((?:[A-Z]\d*, )*${letter}\d+(?:, [A-Z]\d+)*: (?:\\.|(?!\1).)*)\1`,
      'g',
    )
    this.#label = new RegExp(String.raw`^${letter}\d+$`)
  }

  /** The rows of the table, with their tests; a row whose tests are to come has none. */
  rowsOf(docs: string): ReadonlyMap<string, readonly NamedTest[]> {
    return new Map(
      [...docs.matchAll(this.#row)].map(([, row = '', cell = '']) => [
        row,
        [...cell.matchAll(REFERENCE)].map(([, file = '', title = '']) => ({ row, file, title })),
      ]),
    )
  }

  /** Titles of tests, and of groups of them, that begin with rows of the matrix. */
  titlesIn(source: string): readonly string[] {
    return [...source.matchAll(this.#literal)].map(([, , title = '']) =>
      title.replaceAll(/\\(.)/g, '$1'),
    )
  }

  /** `F9, F24: …` is about F9 and F24. */
  rowsIn(title: string): readonly string[] {
    return (title.split(':')[0] ?? '').split(', ').filter((label) => this.#label.test(label))
  }

  /** By file, from the root. */
  titlesUnder(root: string): ReadonlyMap<string, readonly string[]> {
    const files = globSync('test/**/*.test.ts', { cwd: root })
    return new Map(
      files.map((file) => [file, this.titlesIn(readFileSync(join(root, file), 'utf8'))]),
    )
  }

  /** What is wrong with the references of a table, in words. */
  brokenReferences(
    rows: ReadonlyMap<string, readonly NamedTest[]>,
    titles: ReadonlyMap<string, readonly string[]>,
  ): readonly string[] {
    return [...rows.values()].flat().flatMap(({ row, file, title }) => {
      if (!this.rowsIn(title).includes(row)) {
        return [`${row}: the name of "${title}" does not begin with it`]
      }
      return titles.get(file)?.includes(title) === true ? [] : [`${row}: no "${title}" in ${file}`]
    })
  }
}

/** Rows in order, as `F1`, `F2`, … */
export const numbered = (letter: string, from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, position) => `${letter}${from + position}`)
