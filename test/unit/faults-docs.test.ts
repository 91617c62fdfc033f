import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TestMatrix, numbered } from '../support/test-matrix.ts'

const matrix = new TestMatrix('F')
const ROOT = join(import.meta.dirname, '../..')

const ROWS = numbered('F', 1, 46)
/** Rows whose tests are still to be written. It only ever gets shorter. */
const TO_COME: readonly string[] = []

describe('docs/faults.md', () => {
  const rows = matrix.rowsOf(readFileSync(join(ROOT, 'docs', 'faults.md'), 'utf8'))

  test('has every row of the matrix, in order', () => {
    expect([...rows.keys()]).toEqual(ROWS)
  })

  test('names a test for each of them, but for those that are known to be to come', () => {
    const without = [...rows].flatMap(([row, tests]) => (tests.length === 0 ? [row] : []))
    expect(without).toEqual(TO_COME)
  })

  test('names only tests that are there, and that begin with the number of their row', () => {
    expect(matrix.brokenReferences(rows, matrix.titlesUnder(ROOT))).toEqual([])
  })
})

describe('the check sees', () => {
  const file = 'test/unit/a.test.ts'
  const table = (title: string) =>
    matrix.rowsOf(`| F9 | fault | A | [unit/a](../${file}) ${title} |`)
  const titles = new Map([[file, ['F9: is there', 'F8, F9: is about both']]])

  test.each(['F9: is there', 'F8, F9: is about both'])('nothing wrong with "%s"', (title) => {
    expect(matrix.brokenReferences(table(title), titles)).toEqual([])
  })

  test.each(['F9: is gone', 'F9: is', 'F8: is about another row', 'has no number'])(
    'what is wrong with "%s"',
    (title) => {
      expect(matrix.brokenReferences(table(title), titles)).toHaveLength(1)
    },
  )

  test('a row without tests', () => {
    expect(matrix.rowsOf('| F9 | fault | A | to come |').get('F9')).toEqual([])
  })

  test('every test of a cell', () => {
    const cell = `[unit/a](../${file}) F9: one<br>[unit/a](../${file}) F9: two`
    expect(matrix.rowsOf(`| F9 | fault | A | ${cell} |`).get('F9')).toMatchObject([
      { title: 'F9: one' },
      { title: 'F9: two' },
    ])
  })

  test('titles in any quotes, and the rows that they begin with', () => {
    const source = [
      `test('F1: says "no"', x)`,
      `test("F2: it's", x)`,
      `test.each([['A, F3: row', 1]])`,
      `test('about F4: nothing', x)`,
    ].join('\n')
    expect(matrix.titlesIn(source)).toEqual(['F1: says "no"', `F2: it's`, 'A, F3: row'])
    expect(matrix.rowsIn('A, F3, F12: both')).toEqual(['F3', 'F12'])
  })
})
