import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { neon, neonConfig } from '@neondatabase/serverless'
import { z } from 'zod'
import { migrationFiles } from '../migrate.ts'
import { readDeployConfig } from './config.ts'
import type { Bundle, DatabaseFacts, Facts } from './facts.ts'
import { type Known, known, notKnown } from './finding.ts'
import { SECRET_NAMES } from './secret-names.ts'
import { troubleIn, wrangler } from './wrangler-cli.ts'

/** A database that sleeps is awake by then. */
const DATABASE_TIMEOUT_MS = 20_000
const NOBODY = /CLOUDFLARE_API_TOKEN|not authenticated|wrangler login/i
/** The Worker has never been deployed. */
const NO_WORKER = /\[code: 10007\]/

/** Looks at everything that can be looked at from here. @param config path of wrangler.toml */
export async function gather(config: string, environment: NodeJS.ProcessEnv): Promise<Facts> {
  const given = Object.fromEntries(
    SECRET_NAMES.flatMap((name) => {
      const value = environment[name]
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
  const [secretNames, bundle, database] = await Promise.all([
    gatherSecretNames(config),
    gatherBundle(config),
    gatherDatabase(environment),
  ])
  const now = Date.now()
  return { config: readDeployConfig(config), given, secretNames, bundle, database, now }
}

const Listed = z.array(z.object({ name: z.string() }))

export async function gatherSecretNames(config: string): Promise<Known<ReadonlySet<string>>> {
  const answer = await wrangler(['secret', 'list', '--format', 'json', '--config', config])
  if (!answer.ok) {
    if (NO_WORKER.test(answer.text)) return known(new Set())
    return NOBODY.test(answer.text)
      ? notKnown('nobody is logged in at Cloudflare: `npx wrangler login`.')
      : notKnown(`could not be listed: ${troubleIn(answer)}`)
  }
  return known(new Set(Listed.parse(JSON.parse(answer.out)).map(({ name }) => name)))
}

async function gatherBundle(config: string): Promise<Known<Bundle>> {
  const folder = await mkdtemp(join(tmpdir(), 'foyer-startup-'))
  try {
    const outfile = join(folder, 'startup.cpuprofile')
    const answer = await wrangler(['check', 'startup', '--outfile', outfile, '--config', config])
    const [, gzip] = /gzip: ([\d.]+) KiB/.exec(answer.text) ?? []
    const [, startup] = /Active: ([\d.]+) ms/.exec(answer.text) ?? []
    return answer.ok && gzip !== undefined && startup !== undefined
      ? known({ gzipKib: Number(gzip), startupMs: Number(startup) })
      : notKnown(`wrangler could not build it: ${troubleIn(answer)}`)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const Names = z.array(z.object({ name: z.string() }))
const Values = z.array(z.object({ value: z.string() }))

/** Only looks: whoever deploys decides when the database changes. */
async function gatherDatabase(environment: NodeJS.ProcessEnv): Promise<Known<DatabaseFacts>> {
  const { DATABASE_URL: url, DATABASE_HTTP_URL: httpUrl } = environment
  if (url === undefined || url === '') return notKnown('DATABASE_URL is not in the environment.')
  if (httpUrl !== undefined && httpUrl !== '') neonConfig.fetchEndpoint = () => httpUrl
  const files = await migrationFiles(join(import.meta.dirname, '..', '..', 'migrations'))
  try {
    const sql = neon(url)
    const ask = (text: string) =>
      sql.query(text, [], { fetchOptions: { signal: AbortSignal.timeout(DATABASE_TIMEOUT_MS) } })
    const tables = new Set(Names.parse(await ask(TABLES)).map(({ name }) => name))
    const applied = tables.has('foyer_migrations')
      ? Names.parse(await ask('SELECT name FROM foyer_migrations')).map(({ name }) => name)
      : []
    const prints = tables.has('deployment_facts')
      ? Values.parse(await ask("SELECT value FROM deployment_facts WHERE name = 'pepper'"))
      : []
    const pending = files.filter((name) => !applied.includes(name))
    return known({ pending, pepperPrint: prints[0]?.value ?? null })
  } catch {
    // Its message may quote the address with the password.
    return notKnown('DATABASE_URL did not answer, or refused us.')
  }
}

const TABLES = `SELECT table_name AS name FROM information_schema.tables
  WHERE table_schema = 'public' AND table_name IN ('foyer_migrations', 'deployment_facts')`
