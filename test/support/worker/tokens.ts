import { SignJWT, importJWK } from 'jose'
import type { SignUpResponse } from '../../../src/contract/onboarding.ts'
import type { MemberResponse } from '../../../src/contract/tokens.ts'
import { parseSettings } from '../../../src/env.ts'
import { bearer, bindings, claimsOf, eventually, fetchWorker } from './api.ts'
import { mailBody, mailsTo } from './outside.ts'

const [first] = parseSettings(bindings).TOKEN_KEYS.keys

export interface Change {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  readonly without?: string
}

/** A token like this one in all but what the test changes, signed with our own key. */
export async function forge(token: string, change: Change = {}): Promise<string> {
  const claims = Object.fromEntries(
    Object.entries({ ...claimsOf(token), ...change.claims }).filter(
      ([name]) => name !== change.without,
    ),
  )
  const typ = claimsOf(token)['role'] === 'member' ? 'at+jwt' : 'spec+jwt'
  const header = { alg: 'EdDSA', typ, kid: String(first?.kid), ...change.header }
  const key = await importJWK({ ...first } as Parameters<typeof importJWK>[0], 'EdDSA')
  return new SignJWT(claims).setProtectedHeader(header).sign(key)
}

/** The code, as its reader types it: with the space in the middle. */
export async function codeFor(email: string): Promise<string> {
  const mail = await eventually('the mail', async () => (await mailsTo(email))[0])
  return /(\d{4} \d{4})/.exec(await mailBody(mail.id))?.[1] ?? ''
}

/** What is behind the `#` of the link in the first mail. */
export async function linkFor(email: string): Promise<string> {
  const mail = await eventually('the mail', async () => (await mailsTo(email))[0])
  return /\/resume#(\S+)/.exec(await mailBody(mail.id))?.[1] ?? ''
}

/** Proves the address with the code from its mail. */
export async function prove({ token }: SignUpResponse, email: string): Promise<MemberResponse> {
  const response = await fetchWorker('/api/onboarding/claim', {
    method: 'POST',
    headers: { ...bearer(token), 'Content-Type': 'application/json' },
    body: JSON.stringify({ code: await codeFor(email) }),
  })
  if (!response.ok) throw new Error(`claim: ${response.status} ${await response.text()}`)
  return response.json<MemberResponse>()
}
