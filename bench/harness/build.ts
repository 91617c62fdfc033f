import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'

const ROOT = join(import.meta.dirname, '..', '..')

const built = new Map<string, string>()

/**
 * A Worker as a deployment would have it, once in a run.
 *
 * @param config a `wrangler.toml`
 * @returns where its only module lies
 */
export function build(config: string): string {
  const known = built.get(config)
  if (known !== undefined) return known
  const script = bundle(config)
  built.set(config, script)
  return script
}

/** The configuration as Miniflare wants it. */
export const optionsOf = (config: string) =>
  unstable_getMiniflareWorkerOptions(config).workerOptions

function bundle(config: string): string {
  // By its whole path: there are several that are called `bare`.
  const name = relative(ROOT, dirname(config)).replaceAll(sep, '-') || 'foyer'
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
