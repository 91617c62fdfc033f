import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { z } from 'zod'
import { build, optionsOf } from './build.ts'
import { cpuMsOfTrees, ownRuntimes } from './cpu.ts'
import { benchSettings } from './settings.ts'
import { newFolder } from './storage.ts'

/** The `[vars]` of a configuration. */
const Vars = z.record(z.string(), z.string())

/** One of those that are compared, running by itself. */
export interface Side {
  readonly url: URL
  /** CPU time that its processes have used so far, in milliseconds; `null` where nobody tells. */
  cpuMs(): number | null
  stop(): Promise<void>
}

export interface WorkerSide extends Side {
  readonly miniflare: Miniflare
  /** Of the runtime; none where nobody tells. */
  readonly pids: readonly number[]
}

export interface SideOptions {
  /** A `wrangler.toml`. */
  readonly config: string
  readonly name: string
  /** The folder under which it gets one of its own. */
  readonly storage: string
  /** Settings over those of all sides. */
  readonly settings?: Readonly<Record<string, string>>
  /**
   * Whether it also works off its queues. Otherwise they take messages and nobody fetches them: that
   * is other work, done by other machines in production.
   */
  readonly consumes?: boolean
  /** Where a profiler finds the runtime's inspector. */
  readonly inspectorPort?: number
}

/** Builds a Worker as a deployment would, and starts it on storage of its own. */
export async function startSide(options: SideOptions): Promise<WorkerSide> {
  const { config, name, storage, settings = {}, consumes = false, inspectorPort } = options
  const script = build(config)
  const folder = newFolder(storage, name)
  const before = new Set(ownRuntimes())
  // Pages are served elsewhere, and would halve what is measured.
  const { assets: _assets, bindings, ...worker } = optionsOf(config)
  const { queueConsumers: _consumers, ...rest } = worker
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      ...(inspectorPort === undefined ? {} : { inspectorPort }),
      log: new Log(LogLevel.ERROR),
      resourcePersistencePath: folder,
      workers: [
        {
          ...(consumes ? worker : rest),
          name,
          rootPath: '/',
          bindings: { ...Vars.parse(bindings ?? {}), ...benchSettings(), ...settings },
          modules: [{ type: 'ESModule', path: script }],
          // Past the proxy that Miniflare puts in front, which costs more than what is measured.
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
      ],
    }),
  )
  await miniflare.ready
  const pids = ownRuntimes().filter((pid) => !before.has(pid))
  return {
    miniflare,
    pids,
    url: await miniflare.unsafeGetDirectURL(name),
    cpuMs: () => cpuMsOfTrees(pids),
    stop: () => miniflare.dispose(),
  }
}

/** Runs `work` beside these sides, and stops all of them whatever happens. */
export async function withSides<Started extends Side, T>(
  starts: readonly (() => Promise<Started>)[],
  work: (sides: readonly Started[]) => Promise<T>,
): Promise<T> {
  const sides: Started[] = []
  try {
    for (const start of starts) sides.push(await start())
    return await work(sides)
  } finally {
    for (const side of sides.toReversed()) await side.stop()
  }
}
