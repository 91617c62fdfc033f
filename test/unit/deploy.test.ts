import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generateOwnSecrets } from '../../scripts/start/secrets.ts'
import { type DeployConfig, queuesOf, readDeployConfig } from '../../scripts/deploy/config.ts'
import type { Facts } from '../../scripts/deploy/facts.ts'
import { known, notKnown } from '../../scripts/deploy/finding.ts'
import { judge, mayGoOut, report } from '../../scripts/deploy/judge.ts'
import { SECRET_NAMES } from '../../scripts/deploy/secret-names.ts'
import { planSetUp, print } from '../../scripts/deploy/set-up-plan.ts'
import { pepperPrint } from '../../src/adapters/neon/pepper-print.ts'
import { createPepper } from '../../src/core/pepper.ts'

const ours = readDeployConfig(join(import.meta.dirname, '..', '..', 'wrangler.toml'))
const secrets = generateOwnSecrets()
const print0 = await pepperPrint(createPepper(secrets.SUBJECT_PEPPER))
const NOW = Date.now()
const YEAR_MS = 366 * 86_400_000

const config: DeployConfig = {
  ...ours,
  vars: {
    ...ours.vars,
    PUBLIC_BASE_URL: 'https://start.acme.dev',
    MAIL_FROM: 'Acme <hello@acme.dev>',
  },
}

/** A deployment that nothing stands against. */
const GOOD: Facts = {
  config,
  given: { ...secrets, DATABASE_URL: 'postgres://foyer@db.neon.tech/foyer' },
  secretNames: known(new Set<string>(SECRET_NAMES)),
  bundle: known({ gzipKib: 600, startupMs: 50 }),
  database: known({ pending: [], pepperPrint: print0 }),
  now: NOW,
}

const withVars = (vars: Readonly<Record<string, string>>): Facts => ({
  ...GOOD,
  config: { ...config, vars: { ...config.vars, ...vars } },
})
const withSecrets = (...names: readonly string[]): Facts => ({
  ...GOOD,
  given: {},
  secretNames: known(new Set(names)),
})
const without = (name: string) => withSecrets(...SECRET_NAMES.filter((one) => one !== name))
const withConfig = (change: Partial<DeployConfig>): Facts => ({
  ...GOOD,
  config: { ...config, ...change },
})

test('a deployment that is in order is told nothing', async () => {
  expect(await judge(GOOD)).toEqual([])
})

describe('must not be deployed', () => {
  const [first] = ours.durable_objects.bindings
  test.each<[string, Facts]>([
    ['PUBLIC_BASE_URL', { ...GOOD, config: ours }],
    ['PUBLIC_BASE_URL', withVars({ PUBLIC_BASE_URL: 'http://start.acme.dev' })],
    ['PUBLIC_BASE_URL', withVars({ PUBLIC_BASE_URL: 'https://127.0.0.1:8787' })],
    ['PUBLIC_BASE_URL', withVars({ PUBLIC_BASE_URL: '' })],
    ['MAIL_FROM', withVars({ MAIL_FROM: 'Acme <hello@example.org>' })],
    ['MAIL_FROM', withVars({ MAIL_FROM: 'hello@foyer.local' })],
    ['MAIL_FROM', withVars({ MAIL_FROM: 'Acme' })],
    ['RESEND_API_BASE', withVars({ RESEND_API_BASE: 'http://127.0.0.1:8788' })],
    ['STRIPE_API_BASE', withVars({ STRIPE_API_BASE: 'http://billing.localhost:8789' })],
    ['IP_LIMIT', withVars({ IP_LIMIT: 'off' })],
    ['settings', withVars({ TOKEN_TTL_SECONDS: 'soon' })],
    ['settings', withVars({ RULES_BASELINE_PERCENT: '90', HOLDOUT_PERCENT: '20' })],
    ['settings', withSecrets(...SECRET_NAMES.filter((name) => name !== 'AUTH0_CLIENT_ID'))],
    ['settings', { ...GOOD, given: { ...GOOD.given, SUBJECT_PEPPER: 'short' } }],
    ['settings', { ...GOOD, given: { ...GOOD.given, TOKEN_KEYS: '{"keys": []}' } }],
    ['ADMIN_TOKEN', withVars({ ADMIN_TOKEN: 'a'.repeat(40) })],
    ['SUBJECT_PEPPER', without('SUBJECT_PEPPER')],
    ['TOKEN_KEYS', without('TOKEN_KEYS')],
    ['DATABASE_URL', without('DATABASE_URL')],
    ['RESEND_API_KEY', without('RESEND_API_KEY')],
    ['EMAIL', withVars({ MAIL_PROVIDER: 'cloudflare' })],
    ['ARCHIVE', withConfig({ r2_buckets: [] })],
    ['ASSETS', withConfig({ assets: {} })],
    ['EVENTS_LIMITER', withConfig({ ratelimits: [{ name: 'IP_LIMITER' }] })],
    [first?.class_name ?? '', withConfig({ migrations: [] })],
    [
      'foyer-policy-dead',
      withConfig({
        queues: {
          ...config.queues,
          consumers: config.queues.consumers?.filter(({ queue }) => queue !== 'foyer-policy-dead'),
        },
      }),
    ],
    [
      'foyer-hydration',
      withConfig({
        queues: {
          ...config.queues,
          consumers: config.queues.consumers?.map(({ queue }) => ({ queue })),
        },
      }),
    ],
    ['bundle', { ...GOOD, bundle: known({ gzipKib: 10_241, startupMs: 50 }) }],
    [
      'migrations',
      { ...GOOD, database: known({ pending: ['0002_identity.sql'], pepperPrint: print0 }) },
    ],
    [
      'SUBJECT_PEPPER',
      { ...GOOD, database: known({ pending: [], pepperPrint: 'another-one-0000' }) },
    ],
  ])('what is wrong with %s', async (about, facts) => {
    const findings = await judge(facts)
    expect(findings.filter(({ level }) => level === 'refuse')).toContainEqual({
      level: 'refuse',
      about,
      message: expect.stringMatching(/\.$/) as string,
    })
    expect(mayGoOut(findings)).toBe(false)
    // No value of a secret is told.
    expect(report(findings).join('\n')).not.toContain(secrets.SUBJECT_PEPPER)
  })
})

describe('is told, and may be deployed', () => {
  const old = JSON.stringify({
    keys: [
      { ...keyOf(secrets.TOKEN_KEYS), kid: 'old-key', iat: Math.floor((NOW - YEAR_MS) / 1_000) },
    ],
  })
  test.each<[string, string, Facts]>([
    ['advise', 'TOKEN_KEYS old-key…', { ...GOOD, given: { ...GOOD.given, TOKEN_KEYS: old } }],
    ['advise', 'ADMIN_TOKEN', without('ADMIN_TOKEN')],
    ['advise', 'STRIPE_WEBHOOK_SECRET', without('STRIPE_WEBHOOK_SECRET')],
    ['advise', 'TRUST_EDGE_ADDRESS', withVars({ TRUST_EDGE_ADDRESS: 'false' })],
    ['advise', 'bundle', { ...GOOD, bundle: known({ gzipKib: 6_000, startupMs: 50 }) }],
    ['advise', 'start-up', { ...GOOD, bundle: known({ gzipKib: 600, startupMs: 1_500 }) }],
    [
      'advise',
      'STRIPE_SECRET_KEY',
      { ...GOOD, given: { ...GOOD.given, STRIPE_SECRET_KEY: 'sk_test_1' } },
    ],
    ['unknown', 'secrets', { ...GOOD, secretNames: notKnown('nobody is logged in.') }],
    ['unknown', 'bundle', { ...GOOD, bundle: notKnown('it does not build.') }],
    ['unknown', 'database', { ...GOOD, database: notKnown('it did not answer.') }],
    ['unknown', 'SUBJECT_PEPPER', { ...GOOD, given: {} }],
    ['unknown', 'TOKEN_KEYS', { ...GOOD, given: {} }],
  ])('%s: %s', async (level, about, facts) => {
    const findings = await judge(facts)
    expect(findings.map((one) => [one.level, one.about])).toContainEqual([level, about])
    expect(mayGoOut(findings)).toBe(true)
  })
})

describe('npm run deploy:setup', () => {
  const nothing = known(new Set<string>())

  test('makes each queue of wrangler.toml once, the bucket, and the secrets that are lacking', () => {
    const { commands, missing } = planSetUp(config, nothing, new Set(['DATABASE_URL']))
    expect(commands.map(print)).toEqual([
      ...queuesOf(config).map((queue) => `wrangler queues create ${queue}`),
      'wrangler r2 bucket create foyer-archive',
      'wrangler secret bulk < SUBJECT_PEPPER, TOKEN_KEYS, DATABASE_URL',
    ])
    expect(new Set(queuesOf(config)).size).toBe(queuesOf(config).length)
    expect(missing).toEqual(SECRET_NAMES.slice(3))
  })

  test('never makes another pepper, nor writes over a secret', () => {
    const all = new Set<string>(SECRET_NAMES)
    expect(planSetUp(config, known(all), all)).toMatchObject({ missing: [] })
    const { commands } = planSetUp(config, known(all), all)
    expect(commands.filter(({ args }) => args[0] === 'secret')).toEqual([])
  })

  test('leaves secrets alone where nobody can say which are there', () => {
    const { commands, missing } = planSetUp(config, notKnown('offline.'), new Set(SECRET_NAMES))
    expect(commands.filter(({ args }) => args[0] === 'secret')).toEqual([])
    expect(missing).toEqual([])
  })
})

function keyOf(text: string): object {
  const { keys } = JSON.parse(text) as { keys: readonly [object] }
  return keys[0]
}
