import { type DeployConfig, bucketsOf, queuesOf } from './config.ts'
import type { Known } from './finding.ts'
import { OWN, SECRET_NAMES } from './secret-names.ts'

/** One call of wrangler. */
export interface Command {
  readonly args: readonly string[]
  /** By name; given to it on its standard input, so that no process list has their values. */
  readonly secrets?: readonly string[]
}

export interface SetUpPlan {
  readonly commands: readonly Command[]
  /** Secrets that nobody gave, and the Worker has not. */
  readonly missing: readonly string[]
}

/**
 * What is to be made. Queues and buckets that are there already are no trouble; secrets that are there
 * stay as they are, or a second run would lock out everybody.
 *
 * @param there names of the Worker's secrets
 * @param given names of those in the environment
 */
export function planSetUp(
  config: DeployConfig,
  there: Known<ReadonlySet<string>>,
  given: ReadonlySet<string>,
): SetUpPlan {
  const lacking = there.known ? SECRET_NAMES.filter((name) => !there.value.has(name)) : []
  const secrets = lacking.filter((name) => OWN.includes(name) || given.has(name))
  return {
    commands: [
      ...queuesOf(config).map((queue) => ({ args: ['queues', 'create', queue] })),
      ...bucketsOf(config).map((bucket) => ({ args: ['r2', 'bucket', 'create', bucket] })),
      ...(secrets.length === 0 ? [] : [{ args: ['secret', 'bulk'], secrets }]),
    ],
    missing: lacking.filter((name) => !secrets.includes(name)),
  }
}

/** As it would be typed. */
export const print = ({ args, secrets }: Command): string =>
  `wrangler ${args.join(' ')}${secrets === undefined ? '' : ` < ${secrets.join(', ')}`}`
