import { NEEDED_BINDINGS } from './bindings.ts'
import { type DeployConfig, queuesOf } from './config.ts'
import { type Facts, varOf } from './facts.ts'
import { type Finding, refuse } from './finding.ts'

export function judgeBindings(facts: Facts): readonly Finding[] {
  const { config } = facts
  const bound = new Set(namesOf(config))
  const needed = [
    ...NEEDED_BINDINGS,
    ...(varOf(facts, 'MAIL_PROVIDER') === 'cloudflare' ? ['EMAIL'] : []),
  ]
  return [
    ...needed
      .filter((name) => !bound.has(name))
      .map((name) => refuse(name, 'is not bound in wrangler.toml: take it from the repository.')),
    ...judgeClasses(config),
    ...judgeQueues(config),
  ]
}

const namesOf = (config: DeployConfig): readonly string[] => [
  ...config.durable_objects.bindings.map(({ name }) => name),
  ...(config.queues.producers ?? []).map(({ binding }) => binding),
  ...config.r2_buckets.map(({ binding }) => binding),
  ...config.ratelimits.map(({ name }) => name),
  ...config.send_email.map(({ name }) => name),
  config.assets?.binding ?? '',
]

function judgeClasses({ durable_objects: objects, migrations }: DeployConfig): readonly Finding[] {
  const created = new Set(migrations.flatMap(({ new_sqlite_classes: names = [] }) => names))
  return objects.bindings
    .filter(({ class_name: name }) => !created.has(name))
    .map(({ class_name: name }) =>
      refuse(name, 'has no migration that makes it: add a [[migrations]] to wrangler.toml.'),
    )
}

/** A queue that nobody takes from fills up, and forgets after days. */
function judgeQueues(config: DeployConfig): readonly Finding[] {
  const consumers = config.queues.consumers ?? []
  const consumed = new Set(consumers.map(({ queue }) => queue))
  const dead = new Set(consumers.map((one) => one.dead_letter_queue))
  return [
    ...queuesOf(config)
      .filter((queue) => !consumed.has(queue))
      .map((queue) => refuse(queue, 'is a queue without a consumer: what goes there is lost.')),
    ...consumers
      .filter((one) => one.dead_letter_queue === undefined && !dead.has(one.queue))
      .map(({ queue }) => refuse(queue, 'has no dead_letter_queue: what fails there is lost.')),
  ]
}
