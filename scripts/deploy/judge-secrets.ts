import { type Facts, hasSecret, varOf } from './facts.ts'
import { type Finding, advise, refuse, unknown } from './finding.ts'
import { NEEDED, SECRET_NAMES } from './secret-names.ts'

const put = (name: string): string => `\`npx wrangler secret put ${name}\``

export function judgeSecrets(facts: Facts): readonly Finding[] {
  const { secretNames, config } = facts
  return [
    ...(secretNames.known ? [] : [unknown('secrets', secretNames.why)]),
    ...SECRET_NAMES.filter((name) => config.vars[name] !== undefined).map((name) =>
      refuse(name, `is in wrangler.toml for everybody to read: take it out, and ${put(name)}.`),
    ),
    ...NEEDED.filter((name) => hasSecret(facts, name) === false).map((name) =>
      refuse(name, `is not there: \`npm run deploy:setup\`, or ${put(name)}.`),
    ),
    ...judgeMail(facts),
    ...judgeOperators(facts),
    ...judgeWebhooks(facts),
  ]
}

function judgeMail(facts: Facts): readonly Finding[] {
  const isResend = varOf(facts, 'MAIL_PROVIDER') !== 'cloudflare'
  if (!isResend || hasSecret(facts, 'RESEND_API_KEY') !== false) return []
  const message = `is not there, so no mail is sent and nobody can prove an address: ${put('RESEND_API_KEY')}, or have Cloudflare send them (MAIL_PROVIDER in wrangler.toml).`
  return [refuse('RESEND_API_KEY', message)]
}

function judgeOperators(facts: Facts): readonly Finding[] {
  const isBehindAccess = varOf(facts, 'ACCESS_AUD') !== ''
  if (isBehindAccess || hasSecret(facts, 'ADMIN_TOKEN') !== false) return []
  return [advise('ADMIN_TOKEN', 'is not there, nor is Access set: nobody can replay dead letters.')]
}

function judgeWebhooks(facts: Facts): readonly Finding[] {
  const [key, secret] = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const
  const says: Finding[] = []
  if (hasSecret(facts, key) === true && hasSecret(facts, secret) === false) {
    says.push(advise(secret, `is not there: what Stripe says later is not heard. ${put(secret)}.`))
  }
  if (facts.given[key]?.startsWith('sk_test_')) {
    says.push(advise(key, 'is of test mode: no money moves, and 25 calls a second are allowed.'))
  }
  return says
}
