import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TestMatrix, numbered } from '../support/test-matrix.ts'

const matrix = new TestMatrix('X')
const ROOT = join(import.meta.dirname, '../..')

const ROWS = numbered('X', 1, 64)

describe('docs/attacks.md', () => {
  const rows = matrix.rowsOf(readFileSync(join(ROOT, 'docs', 'attacks.md'), 'utf8'))

  test('has every row of the matrix, in order', () => {
    expect([...rows.keys()]).toEqual(ROWS)
  })

  test('names a test for each of them', () => {
    const without = [...rows].flatMap(([row, tests]) => (tests.length === 0 ? [row] : []))
    expect(without).toEqual([])
  })

  test('names only tests that are there, and that begin with the number of their row', () => {
    expect(matrix.brokenReferences(rows, matrix.titlesUnder(ROOT))).toEqual([])
  })
})
