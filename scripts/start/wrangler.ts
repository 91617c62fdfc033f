import { join } from 'node:path'
import type { Command } from './child.ts'
import { type Layout, ROOT, urlOf } from './layout.ts'
import type { UnitPlan } from './unit.ts'

// The first build, with nothing cached, on a small machine.
const READY_WITHIN_MS = 60_000

export function planApp(layout: Layout, envFile: string): UnitPlan {
  return {
    name: 'app',
    healthUrl: `${urlOf(layout, 'app')}/healthz`,
    readyWithinMs: READY_WITHIN_MS,
    // When the process that holds the port is killed, wrangler replaces it by one that accepts
    // requests and never answers them.
    watched: true,
    // It also exits with 0 when its own main process was killed.
    staysDown: () => false,
    alarming: (line) => line.includes('runtime crashed unexpectedly'),
    command: (onLine) => wranglerDev(layout, envFile, onLine),
  }
}

function wranglerDev(layout: Layout, envFile: string, onLine: (line: string) => void): Command {
  const { dataDirectory, runDirectory, ports } = layout
  const cli = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
  const options = {
    config: join(ROOT, 'wrangler.toml'),
    'env-file': envFile,
    ip: '127.0.0.1',
    port: String(ports.app),
    'persist-to': join(dataDirectory, 'worker'),
    'log-level': 'warn',
    'show-interactive-dev-session': 'false',
  }
  return {
    name: 'app',
    program: process.execPath,
    args: [cli, 'dev', ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)],
    environment: {
      ...process.env,
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_HIDE_BANNER: 'true',
      // Where wrangler keeps logs and finds other instances; the home folder is not ours to write to.
      XDG_CONFIG_HOME: join(dataDirectory, 'config'),
    },
    directory: ROOT,
    runDirectory,
    onLine: (line) => {
      if (!isAdviceOnCrons(line)) onLine(line)
    },
  }
}

/** It tells, over five lines, that nobody fires the crons. We do. */
function isAdviceOnCrons(line: string): boolean {
  return (
    line.trim() === '' ||
    line.includes('Scheduled Workers are not automatically triggered') ||
    line.includes('To manually trigger a scheduled event') ||
    line.includes('/cdn-cgi/local/scheduled') ||
    line.includes('/configuration/cron-triggers/#test-cron-triggers-locally')
  )
}
