import { text } from 'node:stream/consumers'
import { STEPS, isStep, rotate } from './token-keys.ts'

// TOKEN_KEYS on standard input, the next TOKEN_KEYS on standard output.

const [, , step] = process.argv
if (isStep(step)) console.log(rotate(await text(process.stdin), step))
else {
  console.error(`usage: rotate-keys ${Object.keys(STEPS).join(' | ')} < keys > new-keys`)
  process.exitCode = 2
}
