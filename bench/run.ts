import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeRun, toMarkdown } from './report.ts'
import { compareSignUps } from './sign-up.ts'

const { values } = parseArgs({ options: { storage: { type: 'string' } } })
const storage = values.storage ?? tmpdir()

const kind = storage.startsWith('/dev/shm') ? 'memory' : 'disk'
const results = describeRun(kind, await compareSignUps(storage))
writeFileSync(
  join(import.meta.dirname, 'results.json'),
  `${JSON.stringify(results, undefined, 2)}\n`,
)
const markdown = toMarkdown(results)
writeFileSync(join(import.meta.dirname, 'results.md'), markdown)
console.log(markdown)
