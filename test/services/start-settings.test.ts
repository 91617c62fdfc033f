import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { importJWK } from 'jose'
import { unstable_getVarsForDev as readByWrangler } from 'wrangler'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { listen } from '../../scripts/services/http-server.ts'
import { fireCrons, parseCrons } from '../../scripts/start/cron.ts'
import { toEnvFile } from '../../scripts/start/env-file.ts'
import { planLayout } from '../../scripts/start/layout.ts'
import { openSecrets } from '../../scripts/start/secrets.ts'
import { planSettings } from '../../scripts/start/settings.ts'
import { temporaryFolder } from '../support/local-services.ts'

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => rmSync(folder, { recursive: true }))

const plan = (environment: NodeJS.ProcessEnv) =>
  planSettings(environment, openSecrets(folder), planLayout({ ...environment, PORT: '9000' }))

describe('secrets', () => {
  test('are made once and stay the same', () => {
    const first = openSecrets(folder)
    expect(openSecrets(folder)).toEqual(first)
    const other = join(folder, 'other')
    mkdirSync(other)
    expect(openSecrets(other).SUBJECT_PEPPER).not.toBe(first.SUBJECT_PEPPER)
  })

  test('can be read by their owner only', () => {
    openSecrets(folder)
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600)
  })

  test('hold 32 random bytes of pepper and a key set that signs with Ed25519', async () => {
    const { SUBJECT_PEPPER, TOKEN_KEYS, STRIPE_SECRET_KEY, RESEND_API_KEY } = openSecrets(folder)
    expect(Buffer.from(SUBJECT_PEPPER, 'base64url')).toHaveLength(32)
    const Key = z.object({
      kty: z.string(),
      crv: z.string(),
      x: z.string(),
      d: z.string(),
      kid: z.string(),
      alg: z.string(),
      use: z.string(),
    })
    const { keys } = z.object({ keys: z.tuple([Key]) }).parse(JSON.parse(TOKEN_KEYS))
    expect(keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' })
    await expect(importJWK(keys[0])).resolves.toBeDefined()
    expect(STRIPE_SECRET_KEY).toMatch(/^sk_test_local_/)
    expect(RESEND_API_KEY).toMatch(/^re_local_/)
  })

  test('that an older version did not know are added without touching the others', () => {
    const before = openSecrets(folder)
    const path = join(folder, 'secrets.json')
    writeFileSync(path, JSON.stringify({ SUBJECT_PEPPER: before.SUBJECT_PEPPER }))
    const after = openSecrets(folder)
    expect(after.SUBJECT_PEPPER).toBe(before.SUBJECT_PEPPER)
    expect(openSecrets(folder)).toEqual(after)
  })

  test('that cannot be read are not replaced', () => {
    const path = join(folder, 'secrets.json')
    writeFileSync(path, '{"SUBJECT_')
    expect(() => openSecrets(folder)).toThrow('cannot be read')
    expect(readFileSync(path, 'utf8')).toBe('{"SUBJECT_')
  })
})

describe('settings', () => {
  test('without any the Worker gets services of our own', () => {
    const { settings, services, bridgedDatabaseUrl } = plan({})
    expect(services).toEqual(['database', 'mail', 'billing', 'identity'])
    expect(bridgedDatabaseUrl).toBeUndefined()
    expect(settings).toMatchObject({
      PUBLIC_BASE_URL: 'http://127.0.0.1:9000',
      RESEND_API_BASE: 'http://127.0.0.1:9001',
      STRIPE_API_BASE: 'http://127.0.0.1:9002',
      DATABASE_HTTP_URL: 'http://127.0.0.1:9003/sql',
      AUTH0_API_BASE: 'http://127.0.0.1:9004',
      AUTH0_CALLS_PER_SECOND: '10000',
      STRIPE_CALLS_PER_SECOND: '10000',
      RESEND_CALLS_PER_SECOND: '10000',
      AUTH0_DOMAIN: 'identity.local',
      DATABASE_URL: 'postgres://foyer:foyer@127.0.0.1/foyer',
      MAIL_FROM: 'Foyer <hello@foyer.local>',
      ...openSecrets(folder),
    })
  })

  test.each([
    ['IP_LIMIT', 'off'],
    ['USER_LIMIT_PER_MINUTE', '0'],
    ['USE_SPECULATIVE_ONBOARDING', 'false'],
    ['SUBJECT_PEPPER', 'mine'],
    ['PUBLIC_BASE_URL', 'https://example.com'],
    ['AUTH0_DOMAIN', 'example.auth0.com'],
    ['OPENAI_BASE_URL', 'http://127.0.0.1:1234'],
    ['EXTERNAL_JWKS_URL', 'https://example.com/jwks'],
    ['STRIPE_WEBHOOK_SECRET', 'whsec_mine'],
  ])('%s of the environment is passed on', (name, value) => {
    expect(plan({ [name]: value }).settings).toHaveProperty(name, value)
  })

  test('the local model runs for who points the Worker at it, and needs no key', () => {
    const { settings, services } = plan({ OPENAI_BASE_URL: 'http://127.0.0.1:9005/v1' })
    expect(services).toContain('model')
    expect(settings['OPENAI_API_KEY']).toBe('local')
    const elsewhere = plan({ OPENAI_BASE_URL: 'http://127.0.0.1:1234/v1', OPENAI_API_KEY: 'mine' })
    expect(elsewhere.services).not.toContain('model')
    expect(elsewhere.settings['OPENAI_API_KEY']).toBe('mine')
  })

  test('nothing else of the environment is passed on', () => {
    const { settings } = plan({ PATH: '/bin', HOME: '/home/a', AWS_SECRET_ACCESS_KEY: 'x' })
    expect(settings).toEqual(plan({}).settings)
  })

  test.each([
    ['billing', { STRIPE_SECRET_KEY: 'sk_live_1' }, 'STRIPE_API_BASE'],
    ['mail', { RESEND_API_KEY: 're_1' }, 'RESEND_API_BASE'],
    ['identity', { AUTH0_DOMAIN: 'tenant.auth0.com' }, 'AUTH0_API_BASE'],
    [
      'database',
      { DATABASE_URL: 'postgres://a:b@ep-x.eu-central-1.aws.neon.tech/c' },
      'DATABASE_HTTP_URL',
    ],
  ])('an account for %s means the real provider', (name, environment, address) => {
    const { settings, services } = plan(environment)
    expect(services).not.toContain(name)
    expect(settings).toMatchObject(environment)
    expect(settings).not.toHaveProperty(address)
  })

  test('an address of a provider is used as it is, with our key for it', () => {
    const { settings, services } = plan({ STRIPE_API_BASE: 'http://127.0.0.1:1' })
    expect(services).not.toContain('billing')
    expect(settings['STRIPE_API_BASE']).toBe('http://127.0.0.1:1')
    expect(settings['STRIPE_SECRET_KEY']).toMatch(/^sk_test_local_/)
  })

  test.each([
    ['an account', { AUTH0_DOMAIN: 'tenant.auth0.com', AUTH0_CLIENT_ID: 'theirs' }],
    ['none at all', { AUTH0_DOMAIN: '' }],
  ])('of Auth0, for %s, nothing of our own is mixed in', (_, environment) => {
    const { settings, services } = plan(environment)
    expect(services).not.toContain('identity')
    const auth0 = Object.entries(settings).filter(([name]) => name.startsWith('AUTH0_'))
    expect(Object.fromEntries(auth0)).toEqual(environment)
  })

  test('an Auth0 at another address gets our own account', () => {
    const { settings, services } = plan({ AUTH0_API_BASE: 'http://127.0.0.1:1' })
    expect(services).not.toContain('identity')
    const { AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET } = openSecrets(folder)
    expect(settings).toMatchObject({
      AUTH0_API_BASE: 'http://127.0.0.1:1',
      AUTH0_DOMAIN: 'identity.local',
      AUTH0_CLIENT_ID,
      AUTH0_CLIENT_SECRET,
    })
  })

  test('a plain PostgreSQL is reached over a bridge', () => {
    const DATABASE_URL = 'postgres://a:b@db.example.com:5432/c'
    const { settings, services, bridgedDatabaseUrl } = plan({ DATABASE_URL })
    expect(services).toContain('database')
    expect(bridgedDatabaseUrl).toBe(DATABASE_URL)
    expect(settings).toMatchObject({
      DATABASE_URL,
      DATABASE_HTTP_URL: 'http://127.0.0.1:9003/sql',
    })
  })

  test('a database that is no address is refused', () => {
    expect(() => plan({ DATABASE_URL: 'foyer' })).toThrow('DATABASE_URL is not an address')
  })

  test.each([['0'], ['65532'], ['web'], ['80.5']])('PORT=%s is refused', (port) => {
    expect(() => planLayout({ PORT: port })).toThrow('is not a port')
  })
})

describe('the settings file', () => {
  test.each([
    ['plain'],
    [''],
    ['{"keys":[{"kty":"OKP"}]}'],
    ['$HOME ${HOME} \\$HOME $'],
    ["it's"],
    ['a "b" c'],
    ['\'a\' "b"'],
    ['a `b` c'],
    ['#not a comment'],
    [' spaces '],
    ['line one\nline two\\n'],
    ['back\\slash'],
    ['A=B'],
  ])('%j reaches the Worker unchanged', (value) => {
    const path = join(folder, 'worker.env')
    writeFileSync(path, toEnvFile({ BEFORE: 'b', SETTING: value, AFTER: 'a' }))
    const read = readByWrangler(undefined, [path], {}, undefined, true)
    expect(read).toMatchObject({
      BEFORE: { value: 'b' },
      SETTING: { value },
      AFTER: { value: 'a' },
    })
  })

  test('what the file cannot hold is refused by name', () => {
    expect(() => toEnvFile({ SETTING: "' `" })).toThrow('SETTING')
    expect(() => toEnvFile({ SETTING: 'a\\' })).toThrow('SETTING')
  })
})

describe('the crons of wrangler.toml', () => {
  test.each([
    ['crons = ["*/5 * * * *"]', ['*/5 * * * *']],
    ['[triggers]\ncrons = [ \'* * * * *\', "0 3 * * 1" ] # two', ['* * * * *', '0 3 * * 1']],
    ['crons = [\n  # "0 0 * * *",\n  "1 * * * *", # [hourly]\n]\nname = "x"', ['1 * * * *']],
    ['crons = []\nother = ["x"]', []],
    ['# crons = ["* * * * *"]', []],
    ['name = "foyer"', []],
  ])('%j', (toml, crons) => {
    expect(parseCrons(toml)).toEqual(crons)
  })

  test('are fired once a minute, until that is stopped', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const fired: (string | null)[] = []
    const app = await listen(async (request) => {
      const { pathname, searchParams } = new URL(request.url)
      if (pathname === '/cdn-cgi/local/scheduled') fired.push(searchParams.get('cron'))
      return new Response('')
    }, 0)
    const stop = fireCrons(`http://127.0.0.1:${app.port}`, ['*/5 * * * *', '0 3 * * *'])
    vi.advanceTimersByTime(60_000)
    await vi.waitFor(() => expect(new Set(fired)).toEqual(new Set(['*/5 * * * *', '0 3 * * *'])))
    stop()
    vi.advanceTimersByTime(600_000)
    await app.close()
    vi.useRealTimers()
    expect(fired).toHaveLength(2)
  })
})
