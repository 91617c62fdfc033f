import { join } from 'node:path'
import type { Exit } from './child.ts'
import { type Layout, type Listener, ROOT, urlOf } from './layout.ts'
import type { Plan } from './settings.ts'
import type { UnitPlan } from './unit.ts'

// PostgreSQL makes its folder at the first start, which takes seconds on a slow disk.
const READY_WITHIN_MS = 60_000

/** There for `npm run service -- start`, whether the Worker was told of them or not. */
const ON_DEMAND = ['model'] as const

/** All that can be started; `plan.services` says which of them the system needs. */
export function planServices(layout: Layout, plan: Plan): UnitPlan[] {
  return [...new Set([...plan.services, ...ON_DEMAND])].map((name) => ({
    name,
    healthUrl: `${urlOf(layout, name)}/healthz`,
    readyWithinMs: READY_WITHIN_MS,
    // A provider that hangs is an experiment of somebody; only one that died comes back.
    watched: false,
    staysDown: isWished,
    alarming: () => false,
    command: (onLine) => ({
      name,
      program: process.execPath,
      args: [join(ROOT, 'scripts', 'services', `${name}.ts`)],
      environment: {
        ...process.env,
        PORT: String(layout.ports[name]),
        FOYER_DATA_DIR: layout.dataDirectory,
        ...ownSettings(name, layout, plan),
      },
      directory: ROOT,
      runDirectory: layout.runDirectory,
      onLine,
    }),
  }))
}

/** A SIGTERM, whether the process obeyed by itself or had no time to: somebody wants to see it down. */
function isWished({ code, signal }: Exit): boolean {
  return code === 0 || signal === 'SIGTERM'
}

function ownSettings(name: Listener, layout: Layout, plan: Plan): NodeJS.ProcessEnv {
  if (name === 'database') return { DATABASE_URL: plan.bridgedDatabaseUrl }
  if (name !== 'billing') return {}
  // While a secret is replaced there are two, and any of them will do.
  const [secret] = (plan.settings['STRIPE_WEBHOOK_SECRET'] ?? '').split(',')
  return {
    STRIPE_WEBHOOK_URL: `${urlOf(layout, 'app')}/webhooks/stripe`,
    STRIPE_WEBHOOK_SECRET: secret?.trim() || undefined,
  }
}
