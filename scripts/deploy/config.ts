import { unstable_readConfig as readWranglerConfig } from 'wrangler'
import { z } from 'zod'

const Named = z.object({ name: z.string() })

/** The parts of wrangler.toml that a deployment is judged by. */
export const DeployConfig = z.object({
  vars: z.record(z.string(), z.unknown()),
  durable_objects: z.object({
    bindings: z.array(Named.extend({ class_name: z.string() })),
  }),
  migrations: z.array(z.object({ new_sqlite_classes: z.array(z.string()).optional() })),
  queues: z.object({
    producers: z.array(z.object({ binding: z.string(), queue: z.string() })).optional(),
    consumers: z
      .array(z.object({ queue: z.string(), dead_letter_queue: z.string().optional() }))
      .optional(),
  }),
  r2_buckets: z.array(z.object({ binding: z.string(), bucket_name: z.string().optional() })),
  ratelimits: z.array(Named),
  send_email: z.array(Named),
  assets: z.object({ binding: z.string().optional() }).optional(),
})
export type DeployConfig = z.infer<typeof DeployConfig>

/** As wrangler itself understands the file. Throws what it throws. */
export const readDeployConfig = (path: string): DeployConfig =>
  DeployConfig.parse(readWranglerConfig({ config: path }, { hideWarnings: true }))

/** Every queue that something is sent to or taken from, each once. */
export const queuesOf = ({ queues }: DeployConfig): readonly string[] => [
  ...new Set([
    ...(queues.producers ?? []).map(({ queue }) => queue),
    ...(queues.consumers ?? []).flatMap(({ queue, dead_letter_queue: dead }) =>
      dead === undefined ? [queue] : [queue, dead],
    ),
  ]),
]

export const bucketsOf = ({ r2_buckets: buckets }: DeployConfig): readonly string[] =>
  buckets.flatMap(({ bucket_name: name }) => name ?? [])
