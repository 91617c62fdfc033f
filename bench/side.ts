import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { z } from 'zod'
import { benchSettings } from './settings.ts'

const ROOT = join(import.meta.dirname, '..')

/** The `[vars]` of a configuration. */
const Vars = z.record(z.string(), z.string())

/** One of the Workers that are compared, running by itself. */
export interface Side {
  readonly url: URL
  /** CPU time that its runtime has used so far, in milliseconds; `null` where nobody tells. */
  cpuMs(): number | null
  stop(): Promise<void>
}

/** Builds a Worker as a deployment would, and starts it on storage of its own. */
export async function startSide(config: string, name: string, storage: string): Promise<Side> {
  const script = build(config, name)
  const folder = mkdtempSync(join(storage, `foyer-bench-${name}-`))
  const before = new Set(runtimes())
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config)
  // Pages are served elsewhere, and hydration is other work, done by other machines in production:
  // the queue takes the messages and nobody fetches them.
  const { assets: _assets, queueConsumers: _consumers, bindings, ...rest } = workerOptions
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      log: new Log(LogLevel.ERROR),
      resourcePersistencePath: folder,
      workers: [
        {
          ...rest,
          name,
          rootPath: '/',
          bindings: { ...Vars.parse(bindings), ...benchSettings() },
          modules: [{ type: 'ESModule', path: script }],
          // Past the proxy that Miniflare puts in front, which costs more than what is measured.
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
      ],
    }),
  )
  await miniflare.ready
  const url = await miniflare.unsafeGetDirectURL(name)
  const pids = runtimes().filter((pid) => !before.has(pid))
  return {
    url,
    cpuMs: () => (pids.length === 0 ? null : pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0)),
    async stop() {
      await miniflare.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function build(config: string, name: string): string {
  const out = join(ROOT, 'dist', 'bench', name)
  const wrangler = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
  // It insists on the folder of the pages, which need not be built for this.
  mkdirSync(join(ROOT, 'dist', 'web'), { recursive: true })
  execFileSync(
    process.execPath,
    [wrangler, 'deploy', '--dry-run', '--outdir', out, '--config', config],
    {
      env: {
        ...process.env,
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_HIDE_BANNER: 'true',
        XDG_CONFIG_HOME: join(ROOT, 'dist', 'bench', 'config'),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  return join(out, 'worker.js')
}

/** The processes of the runtime that this one has started; Linux only. */
function runtimes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => isOwnRuntime(pid))
      .map(Number)
  } catch {
    return []
  }
}

function isOwnRuntime(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    return stat.includes('(workerd)') && Number(parent) === process.pid
  } catch {
    return false
  }
}

/** From the scheduler's own count, in nanoseconds, of every thread. */
function cpuMsOf(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    } catch {
      return 0
    }
  })
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6
}
