import { SettingsError, parseSettings } from '../../src/env.ts'
import type { Bindings } from '../../src/env.ts'
import { generateOwnSecrets } from '../start/secrets.ts'
import { type Facts, hasSecret, varOf } from './facts.ts'
import { type Finding, advise, refuse } from './finding.ts'

/** Domains that belong to nobody (RFC 2606), and ours that is nowhere. */
const NOBODYS = /(?:^|[.@])(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|foyer\.local)$/
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|.*\.local|.*\.localhost)$/

/** Each is where a provider is, when it is not itself: for tests and for the local services. */
const ELSEWHERE = [
  'AUTH0_API_BASE',
  'STRIPE_API_BASE',
  'RESEND_API_BASE',
  'OPENAI_BASE_URL',
  'ACCESS_CERTS_URL',
  'DATABASE_HTTP_URL',
] as const

export function judgeSettings(facts: Facts): readonly Finding[] {
  return [
    ...unreadable(facts),
    ...judgeBaseUrl(varOf(facts, 'PUBLIC_BASE_URL')),
    ...judgeSender(varOf(facts, 'MAIL_FROM')),
    ...ELSEWHERE.flatMap((name) => judgeElsewhere(name, varOf(facts, name))),
    ...judgeDefences(facts),
  ]
}

/** What the Worker itself would say, with something in the place of each secret that it will have. */
function unreadable(facts: Facts): readonly Finding[] {
  const secrets: Record<string, string> = { ...generateOwnSecrets(), DATABASE_URL: 'postgres://x' }
  for (const name of ['AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET']) {
    if (hasSecret(facts, name) === true) secrets[name] = 'there.invalid'
  }
  const email = facts.config.send_email.some(({ name }) => name === 'EMAIL')
  const values = { ...facts.config.vars, ...secrets, ...facts.given, ...(email && { EMAIL: {} }) }
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only settings are read of it
    parseSettings(values as unknown as Bindings)
    return []
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return [refuse('settings', `${error.message}. The names and their meaning are in src/env.ts.`)]
  }
}

function judgeBaseUrl(text: string): readonly Finding[] {
  const about = 'PUBLIC_BASE_URL'
  if (!URL.canParse(text)) return [refuse(about, 'is no address: set it in wrangler.toml, [vars].')]
  const { protocol, hostname } = new URL(text)
  if (NOBODYS.test(hostname) || LOOPBACK.test(hostname)) {
    const message = `is ${hostname}, which nobody reaches: set your own domain in wrangler.toml, [vars].`
    return [refuse(about, message)]
  }
  return protocol === 'https:'
    ? []
    : [refuse(about, 'is not https: tokens and codes would travel in the open.')]
}

function judgeSender(sender: string): readonly Finding[] {
  const address = /<([^<>]+)>\s*$/.exec(sender)?.[1] ?? sender
  return NOBODYS.test(address.trim()) || !address.includes('@')
    ? [
        refuse(
          'MAIL_FROM',
          'is an address that nobody may send from: set one of a domain that your mail provider has verified.',
        ),
      ]
    : []
}

const judgeElsewhere = (name: string, url: string): readonly Finding[] =>
  URL.canParse(url) && LOOPBACK.test(new URL(url).hostname)
    ? [
        refuse(
          name,
          'is a service of this machine, such as the local inbox: take it out of wrangler.toml.',
        ),
      ]
    : []

function judgeDefences(facts: Facts): readonly Finding[] {
  return [
    ...(varOf(facts, 'IP_LIMIT') === 'off'
      ? [refuse('IP_LIMIT', 'is off: anybody may sign up as often as they like. Set it to "on".')]
      : []),
    ...(varOf(facts, 'TRUST_EDGE_ADDRESS') === 'true'
      ? []
      : [
          advise(
            'TRUST_EDGE_ADDRESS',
            'is not "true": behind Cloudflare all clients count as one, and share its limit.',
          ),
        ]),
  ]
}
