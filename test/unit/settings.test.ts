import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Bindings } from '../../src/env.ts'

const BASE = {
  PUBLIC_BASE_URL: 'https://foyer.test/',
  SUBJECT_PEPPER: 'p'.repeat(43),
  TOKEN_KEYS: JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'k', x: 'x' }] }),
  DATABASE_URL: 'postgres://a:b@127.0.0.1/c',
}
const AUTH0 = {
  AUTH0_DOMAIN: 'tenant.eu.auth0.com',
  AUTH0_CLIENT_ID: 'client',
  AUTH0_CLIENT_SECRET: 'canary-secret',
}

afterEach(() => vi.resetModules())

/** Settings and steps of an isolate of its own: they are read once. */
async function isolate(given: Readonly<Record<string, string>>) {
  const { parseSettings } = await import('../../src/env.ts')
  const { stepDefinitions } = await import('../../src/adapters/steps/registry.ts')
  const { auth0SettingsOf } = await import('../../src/adapters/auth0/settings.ts')
  const settings = parseSettings({ ...BASE, ...given } as unknown as Bindings)
  return {
    settings,
    steps: stepDefinitions(settings).map(({ name }) => name),
    auth0: auth0SettingsOf(settings),
  }
}

describe('the steps follow from the settings', () => {
  test.each([
    ['nothing', {}, ['account']],
    ['Stripe', { STRIPE_SECRET_KEY: 'sk' }, ['billing', 'account']],
    ['Auth0', AUTH0, ['identity', 'account']],
    ['both', { ...AUTH0, STRIPE_SECRET_KEY: 'sk' }, ['identity', 'billing', 'account']],
    ['an Auth0 of empty settings', { ...AUTH0, ...emptied(AUTH0) }, ['account']],
    ['an address of Auth0 alone', { AUTH0_API_BASE: 'http://127.0.0.1:1' }, ['account']],
  ])('with %s', async (_name, given, steps) => {
    expect((await isolate(given)).steps).toEqual(steps)
  })
})

describe('the Auth0 account', () => {
  test('is found at its domain, and users in its default database', async () => {
    expect((await isolate(AUTH0)).auth0).toMatchObject({
      baseUrl: 'https://tenant.eu.auth0.com',
      connection: 'Username-Password-Authentication',
    })
  })

  test('can be elsewhere, and have another database', async () => {
    const given = { AUTH0_API_BASE: 'http://127.0.0.1:8791/', AUTH0_CONNECTION: 'people' }
    expect((await isolate({ ...AUTH0, ...given })).auth0).toMatchObject({
      baseUrl: 'http://127.0.0.1:8791',
      connection: 'people',
    })
  })

  test.each(Object.keys(AUTH0) as (keyof typeof AUTH0)[])(
    'without %s is an error that says so, and tells no value',
    async (missing) => {
      const given = { ...AUTH0, [missing]: '' }
      const error: unknown = await isolate(given).catch((reason: unknown) => reason)
      expect(String(error)).toMatch(new RegExp(`SettingsError: ${missing}: is missing`))
      expect(String(error)).not.toContain('canary')
    },
  )

  test('with one of three names the other two', async () => {
    await expect(isolate({ AUTH0_CLIENT_ID: 'client' })).rejects.toThrow(
      'AUTH0_DOMAIN: is missing, while AUTH0_CLIENT_ID is set; ' +
        'AUTH0_CLIENT_SECRET: is missing, while AUTH0_CLIENT_ID is set',
    )
  })

  test('that is not whole is what the log names', async () => {
    const error: unknown = await isolate({ AUTH0_CLIENT_ID: 'canary' }).catch(
      (reason: unknown) => reason,
    )
    const { describeError } = await import('../../src/adapters/log.ts')
    expect(describeError(error)).toMatch(/^SettingsError AUTH0_DOMAIN: is missing/)
    expect(describeError(error)).not.toContain('canary')
  })

  test('at an address instead of a domain is refused', async () => {
    await expect(isolate({ ...AUTH0, AUTH0_DOMAIN: 'https://tenant.auth0.com/' })).rejects.toThrow(
      'AUTH0_DOMAIN',
    )
  })
})

describe('the mail provider', () => {
  test.each([
    ['left out', {}],
    ['empty', { MAIL_PROVIDER: '' }],
    ['named', { MAIL_PROVIDER: 'resend' }],
  ])('is Resend when %s', async (_name, given) => {
    expect((await isolate(given)).settings.MAIL_PROVIDER).toBe('resend')
  })

  test('Cloudflare needs its binding, and its absence is said', async () => {
    const given = { MAIL_PROVIDER: 'cloudflare' }
    await expect(isolate(given)).rejects.toThrow('EMAIL: is not bound in wrangler.toml')
    const bound = { ...given, EMAIL: { send: () => null } as unknown as string }
    expect((await isolate(bound)).settings.MAIL_PROVIDER).toBe('cloudflare')
  })

  test('somebody else is refused', async () => {
    await expect(isolate({ MAIL_PROVIDER: 'pigeon' })).rejects.toThrow('MAIL_PROVIDER')
  })
})

function emptied(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(given).map((name) => [name, '']))
}

describe('Q7: wallets', () => {
  test('of chain 1 sign in with a key, unless more is said', async () => {
    const { settings } = await isolate({ WALLET_RPC_URLS: '' })
    expect(settings.WALLET_CHAIN_IDS).toEqual(['1'])
    expect(settings.WALLET_RPC_URLS.size).toBe(0)
  })

  test('of several chains, of which some have a node', async () => {
    const { settings } = await isolate({
      WALLET_CHAIN_IDS: '1,10',
      WALLET_RPC_URLS: '1=https://one.test/key?a=b, 10=http://127.0.0.1:8545',
    })
    expect(settings.WALLET_CHAIN_IDS).toEqual(['1', '10'])
    expect([...settings.WALLET_RPC_URLS]).toEqual([
      ['1', 'https://one.test/key?a=b'],
      ['10', 'http://127.0.0.1:8545'],
    ])
  })

  test.each([
    { WALLET_CHAIN_IDS: '' },
    { WALLET_CHAIN_IDS: '1, 10' },
    { WALLET_CHAIN_IDS: '0x1' },
    { WALLET_RPC_URLS: 'https://canary-node.test' },
    { WALLET_RPC_URLS: '1=ftp://canary-node.test' },
    { WALLET_RPC_URLS: '1=https://canary-node.test,' },
  ])('a mistake is named and not quoted: %j', async (given) => {
    const mistake = isolate(given)
    await expect(mistake).rejects.toThrow(Object.keys(given)[0])
    await expect(mistake).rejects.not.toThrow('canary')
  })
})

describe('Q1: the outside issuer', () => {
  const EXTERNAL = {
    EXTERNAL_JWKS_URL: 'https://issuer.test/jwks.json',
    EXTERNAL_ISSUER: 'https://issuer.test/',
    EXTERNAL_AUDIENCE: 'foyer',
  }

  test.each(Object.keys(EXTERNAL))('is all there or not at all: without %s', async (name) => {
    await expect(isolate({ ...EXTERNAL, [name]: '' })).rejects.toThrow(name)
  })

  test('is not ourselves, whose tokens would be taken for theirs', async () => {
    await expect(isolate({ ...EXTERNAL, EXTERNAL_ISSUER: 'https://foyer.test' })).rejects.toThrow(
      'EXTERNAL_ISSUER',
    )
  })

  test('nobody is one where nothing is set', async () => {
    const { outsideIssuerOf } = await import('../../src/env.ts')
    expect(outsideIssuerOf((await isolate({})).settings)).toBeNull()
    expect(outsideIssuerOf((await isolate(EXTERNAL)).settings)).not.toBeNull()
  })
})

describe('the day’s money for the model', () => {
  test.each([
    ['left out', {}, 5],
    ['empty', { LLM_DAILY_BUDGET_USD: '' }, 5],
    ['nothing', { LLM_DAILY_BUDGET_USD: '0' }, 0],
    ['a fraction', { LLM_DAILY_BUDGET_USD: '0.25' }, 0.25],
  ])('%s', async (_name, given, usd) => {
    expect((await isolate(given)).settings.LLM_DAILY_BUDGET_USD).toBe(usd)
  })

  test.each(['-1', 'a lot', '1e9', 'Infinity'])('is refused when it is %s', async (given) => {
    await expect(isolate({ LLM_DAILY_BUDGET_USD: given })).rejects.toThrow('LLM_DAILY_BUDGET_USD')
  })
})

describe('the Access application', () => {
  const AUD = { ACCESS_AUD: 'a'.repeat(64) }
  const applicationWith = async (given: Readonly<Record<string, string>>) => {
    const { accessApplicationOf } = await import('../../src/env.ts')
    return accessApplicationOf((await isolate(given)).settings)
  }

  test.each(['acme.cloudflareaccess.com', 'https://acme.cloudflareaccess.com/'])(
    'X48: of %s shows its keys at the domain of the team',
    async (team) => {
      expect(await applicationWith({ ...AUD, ACCESS_TEAM_DOMAIN: team })).toEqual({
        issuer: 'https://acme.cloudflareaccess.com',
        audience: AUD.ACCESS_AUD,
        certsUrl: 'https://acme.cloudflareaccess.com/cdn-cgi/access/certs',
      })
    },
  )

  test('is none without settings', async () => {
    expect(await applicationWith({ ACCESS_TEAM_DOMAIN: '', ACCESS_AUD: '' })).toBeNull()
  })

  test.each([
    'acme',
    'acme.cloudflareaccess.com.evil.example',
    'http://acme.cloudflareaccess.com',
    'evil.example/acme.cloudflareaccess.com',
    'acme.example.com',
  ])('X48: %j is no domain of a team', async (team) => {
    await expect(applicationWith({ ...AUD, ACCESS_TEAM_DOMAIN: team })).rejects.toThrow(
      'ACCESS_TEAM_DOMAIN',
    )
  })
})

describe('B16: BLOCKED_EMAIL_DOMAINS', () => {
  test.each([
    ['', []],
    [' ,\n', []],
    [
      'Throwaway.example, 10minutes.test xn--mll-hoa.example,',
      ['throwaway.example', '10minutes.test', 'xn--mll-hoa.example'],
    ],
  ])('%j is %j', async (BLOCKED_EMAIL_DOMAINS, domains) => {
    const { settings } = await isolate({ BLOCKED_EMAIL_DOMAINS })
    expect([...settings.BLOCKED_EMAIL_DOMAINS]).toEqual(domains)
  })

  test.each([
    'com',
    '.com',
    'ada@a.example',
    '*.a.example',
    'a.example;b.example',
    '127.0.0.1',
    'müll.example',
  ])('%j is refused', async (BLOCKED_EMAIL_DOMAINS) => {
    await expect(isolate({ BLOCKED_EMAIL_DOMAINS })).rejects.toThrow('BLOCKED_EMAIL_DOMAINS')
  })
})
