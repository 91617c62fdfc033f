import { existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureTelling } from './enumeration.ts'
import { type Run, describeRuns, toMarkdown } from './report.ts'
import { CONFIGS, compareSignUps } from './sign-up.ts'

/** Linux keeps this folder in memory. */
const MEMORY = '/dev/shm'

const runs: Run[] = [{ storage: 'disk', comparisons: await compareSignUps(tmpdir()) }]
if (existsSync(MEMORY)) {
  runs.push({ storage: 'memory', comparisons: await compareSignUps(MEMORY) })
}
const results = describeRuns(runs, await measureTelling(CONFIGS.foyer, tmpdir()))
const markdown = toMarkdown(results)
const write = (name: string, text: string) => writeFileSync(join(import.meta.dirname, name), text)
write('results.json', `${JSON.stringify(results, undefined, 2)}\n`)
write('results.md', markdown)
console.log(markdown)
