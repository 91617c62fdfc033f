import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { brokenArrows, checkArrows } from '../../scripts/arrows.ts'

test('no part imports what it must not know', () => {
  expect(checkArrows(join(import.meta.dirname, '../..'))).toEqual([])
})

describe('the check sees', () => {
  test.each([
    ['src/core/x.ts', "import { a } from '../adapters/log.ts'"],
    ['src/core/x.ts', "import type { A } from '../http/app.ts'"],
    ['src/core/x.ts', "export { a } from '../env.ts'"],
    ['src/core/x.ts', "const a = await import('../adapters/log.ts')"],
    ['src/core/x.ts', "import Stripe from 'stripe'"],
    ['src/core/x.ts', "import {\n  a,\n  b,\n} from '../adapters/log.ts'"],
    ['queues/x.ts', "import { a } from '../durable-objects/subject.ts'"],
    ['src/http/x.ts', "import '../../queues/hydration.ts'"],
    ['src/contract/x.ts', "import { a } from '../core/ports.ts'"],
    ['src/elsewhere.ts', ''],
  ])('%s with %j', (path, source) => {
    expect(brokenArrows(path, source)).toHaveLength(1)
  })
})
