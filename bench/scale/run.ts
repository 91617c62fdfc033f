import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PREMISES } from './premises.ts'
import { toMarkdown } from './report.ts'
import { scaleOf } from './scale.ts'

/*
 * Reckons what a deployment costs and where it ends, from what the code does and what others bill. It
 * measures nothing, so it says the same on every machine.
 */

const scale = scaleOf(PREMISES)
const here = (name: string): string => join(import.meta.dirname, name)
writeFileSync(here('scale.json'), `${JSON.stringify(scale, null, 2)}\n`)
writeFileSync(here('scale.md'), toMarkdown(scale, PREMISES))
console.log('bench/scale/scale.md')
