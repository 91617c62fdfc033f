import type { DeployConfig } from './config.ts'
import type { Known } from './finding.ts'

/** Everything that a deployment is judged by. */
export interface Facts {
  readonly config: DeployConfig
  /** Settings in the environment of whoever deploys. */
  readonly given: Readonly<Record<string, string>>
  /** The secrets that the deployed Worker has, by name. */
  readonly secretNames: Known<ReadonlySet<string>>
  readonly bundle: Known<Bundle>
  readonly database: Known<DatabaseFacts>
  /** Epoch milliseconds. */
  readonly now: number
}

export interface Bundle {
  readonly gzipKib: number
  /** On this machine. */
  readonly startupMs: number
}

export interface DatabaseFacts {
  /** The names of migrations that were not applied yet. */
  readonly pending: readonly string[]
  /** Of the pepper that it was first used with; `null`: none yet. */
  readonly pepperPrint: string | null
}

/** A setting that is not secret: whoever sets it with `--var` or in wrangler.toml. */
export function varOf({ config }: Facts, name: string): string {
  const value = config.vars[name]
  return typeof value === 'string' ? value : ''
}

/** Whether the Worker will have it; `null`: nobody could say. */
export function hasSecret({ secretNames, given }: Facts, name: string): boolean | null {
  if (secretNames.known) return secretNames.value.has(name)
  return given[name] === undefined ? null : true
}
