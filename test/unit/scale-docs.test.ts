import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PREMISES } from '../../bench/scale/premises.ts'
import { toMarkdown } from '../../bench/scale/report.ts'
import { scaleOf } from '../../bench/scale/scale.ts'

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'bench', 'scale', name), 'utf8')

test('S17: what is committed is what `npm run bench:scale` writes', () => {
  const scale = scaleOf(PREMISES)
  expect(read('scale.md')).toBe(toMarkdown(scale, PREMISES))
  expect(JSON.parse(read('scale.json'))).toEqual(JSON.parse(JSON.stringify(scale)))
})

test('S17: nothing in it could not be reckoned', () => {
  expect(read('scale.md')).not.toMatch(/NaN|Infinity|undefined/)
})
