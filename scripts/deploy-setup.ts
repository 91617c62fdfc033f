import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readDeployConfig } from './deploy/config.ts'
import { gatherSecretNames } from './deploy/gather.ts'
import { SECRET_NAMES } from './deploy/secret-names.ts'
import { planSetUp, print } from './deploy/set-up-plan.ts'
import { troubleIn, wrangler } from './deploy/wrangler-cli.ts'
import { generateOwnSecrets } from './start/secrets.ts'

// Makes the queues, the bucket and the secrets that wrangler.toml and the environment name. May run as often
// as anybody likes: what is there stays as it is.

const THERE_ALREADY = /already (?:taken|exists|own)/i

const { values } = parseArgs({
  options: { config: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } },
})
const path = values.config ?? join(import.meta.dirname, '..', 'wrangler.toml')
const there = await gatherSecretNames(path)
const given = new Map(
  SECRET_NAMES.flatMap((name) => {
    const value = process.env[name]
    return value === undefined || value === '' ? [] : [[name, value] as const]
  }),
)
const { commands, missing } = planSetUp(readDeployConfig(path), there, new Set(given.keys()))
const secretValues = new Map<string, string>([...Object.entries(generateOwnSecrets()), ...given])

const isRun = !values['dry-run'] && there.known
for (const command of commands) {
  console.log(print(command))
  if (!isRun) continue
  const input = command.secrets?.map((name) => [name, secretValues.get(name)]) ?? []
  const args = [...command.args, '--config', path]
  const answer = await wrangler(args, JSON.stringify(Object.fromEntries(input)))
  if (answer.ok) continue
  const isThere = THERE_ALREADY.test(answer.text)
  console.log(isThere ? '  is there already' : `  failed: ${troubleIn(answer)}`)
  if (!isThere) process.exitCode = 1
}
if (!there.known) {
  console.log(`the secrets that are there are not known, so that nothing was made: ${there.why}`)
  if (!values['dry-run']) process.exitCode = 1
}
for (const name of missing) {
  console.log(`${name} is not there: run this again with it in the environment, if you use it`)
}
