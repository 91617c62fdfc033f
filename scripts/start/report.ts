import { relative } from 'node:path'
import { type Layout, LISTENERS, type Listener, urlOf } from './layout.ts'
import type { Plan } from './settings.ts'
import type { Unit } from './unit.ts'

const PATHS: Record<string, string> = { mail: '/inbox', database: '/sql' }

/** The addresses, as a table for people. */
export function table(layout: Layout, plan: Plan, units: readonly Unit[]): string {
  const pidOf = (name: string) => units.find((unit) => unit.plan.name === name)?.pid
  const rows = LISTENERS.map((name) => {
    const pid = pidOf(name)
    if (pid === undefined) return [name, elsewhere(name, plan), '']
    return [name, `${urlOf(layout, name)}${PATHS[name] ?? ''}`, `pid ${pid}`]
  })
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const widths = [width(0), width(1)]
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`)
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Hosts only: an address may carry a password. */
function elsewhere(name: Listener, { settings }: Plan): string {
  const addresses = {
    app: undefined,
    mail: settings['RESEND_API_BASE'] ?? 'https://api.resend.com',
    billing: settings['STRIPE_API_BASE'] ?? 'https://api.stripe.com',
    database: settings['DATABASE_HTTP_URL'] ?? settings['DATABASE_URL'],
    identity: identityAddress(settings),
    model: settings['OPENAI_API_KEY']
      ? (settings['OPENAI_BASE_URL'] ?? 'https://api.openai.com')
      : undefined,
  }
  const address = addresses[name] ?? ''
  return URL.canParse(address) ? `at ${new URL(address).host}` : 'off'
}

function identityAddress(settings: Plan['settings']): string | undefined {
  const domain = settings['AUTH0_DOMAIN']
  return domain ? (settings['AUTH0_API_BASE'] ?? `https://${domain}`) : undefined
}

export function readyLine(layout: Layout, startedAt: number): string {
  const folder = nearest(layout.dataDirectory)
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  return `ready in ${seconds} s. Ctrl-C stops all of it; data and secrets (ADMIN_TOKEN) stay in ${folder}`
}

/** As a person in this folder would write it. */
function nearest(path: string): string {
  const steps = relative(process.cwd(), path)
  return steps.startsWith('..') ? path : steps || '.'
}
