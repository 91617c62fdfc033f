import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { crowd } from './crowd/section.ts'
import { decisions } from './decisions/section.ts'
import { events } from './events/section.ts'
import { flow } from './flow/section.ts'
import { growth } from './growth/section.ts'
import { hydration } from './hydration/section.ts'
import { peers } from './peers/section.ts'
import { type Answered, describeRun, toJson, toMarkdown } from './results.ts'
import type { Section } from './section.ts'
import { signUp } from './sign-up/section.ts'

/*
 * `npm run bench` answers all and writes results.md and results.json. `npm run bench -- <name> …`
 * answers only these and prints: figures of different runs do not belong into one file.
 */

const SECTIONS: readonly Section[] = [
  signUp,
  flow,
  events,
  decisions,
  hydration,
  growth,
  crowd,
  peers,
]

const names = process.argv.slice(2)
const unknown = names.find((name) => !SECTIONS.some((section) => section.name === name))
if (unknown !== undefined) {
  throw new Error(`there is no ${unknown}: ${SECTIONS.map(({ name }) => name).join(', ')}`)
}

const answered: Answered[] = []
for (const section of SECTIONS) {
  if (names.length > 0 && !names.includes(section.name)) continue
  const startedAt = performance.now()
  console.error(`${section.name} …`)
  const measured = await section.measure()
  answered.push({ section, ...measured, seconds: (performance.now() - startedAt) / 1_000 })
  // At once: what comes later may take long, or fail.
  console.log([`## ${section.title}`, '', ...measured.markdown, ''].join('\n'))
}
if (names.length === 0) {
  const run = describeRun()
  writeFileSync(join(import.meta.dirname, 'results.json'), toJson(run, answered))
  writeFileSync(join(import.meta.dirname, 'results.md'), toMarkdown(run, answered))
}
