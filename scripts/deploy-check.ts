import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gather } from './deploy/gather.ts'
import { judge, mayGoOut, report } from './deploy/judge.ts'

// Before a deploy: what must not go out like this, what somebody should know, and what could not be looked
// at from here. Exits with 1 for the first.

const { values } = parseArgs({ options: { config: { type: 'string' } } })
const config = values.config ?? join(import.meta.dirname, '..', 'wrangler.toml')
const findings = await judge(await gather(config, process.env))
for (const line of report(findings)) console.log(line)
if (!mayGoOut(findings)) process.exitCode = 1
else console.log('nothing stands against a deploy')
