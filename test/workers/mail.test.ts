import { describe, expect, test, vi } from 'vitest'
import { type EmailBinding, createCloudflareMailer } from '../../src/adapters/mail/cloudflare.ts'
import { createMailer, mailRepeatsOf } from '../../src/adapters/mail/mailer.ts'
import { createPepper } from '../../src/core/pepper.ts'
import { parseSettings } from '../../src/env.ts'
import { bindings } from '../support/worker/api.ts'

// The binding is the platform's own, run by the local runtime: it takes the mail, checks the sender
// against the binding and writes the mail to a file. What it does not do here: it knows no domains,
// no limits, no suppressed addresses and no codes of errors, checks no headers and delivers nothing.
// Those codes are played, by a binding that throws what the documentation says.

const pepper = createPepper('p'.repeat(43))
const MAIL_FROM = 'Foyer <hello@foyer.local>'
const PROOF = { id: 'mail-1', to: 'ada@example.com', resumeUrl: 'https://foyer.test/resume#1' }
const INVITATION = {
  id: 'mail-2',
  to: 'ada@example.com',
  resumeUrl: 'https://foyer.test/resume#2',
  unsubscribeUrl: 'https://foyer.test/unsubscribe?token=3',
}

type Sent = Parameters<EmailBinding['send']>[0]

const own = (): SendEmail => {
  if (bindings.EMAIL === undefined) throw new Error('EMAIL is not bound')
  return bindings.EMAIL
}

/** The platform's binding, and what it was given. */
function watched(): { readonly email: EmailBinding; readonly sent: Sent[] } {
  const sent: Sent[] = []
  const email: EmailBinding = {
    send: (mail) => {
      sent.push(mail)
      return own().send(mail)
    },
  }
  return { email, sent }
}

const throwing = (error: unknown): EmailBinding => ({
  send: vi.fn<EmailBinding['send']>().mockRejectedValue(error),
})
const coded = (code: string) => Object.assign(new Error('canary@example.com'), { code })

describe('Cloudflare', () => {
  test('takes the proof mail, from a name and an address', async () => {
    const { email, sent } = watched()
    const mailer = createCloudflareMailer(email, { MAIL_FROM }, pepper)
    expect(await mailer.sendProof(PROOF)).toEqual({ ok: true, value: null })
    expect(sent).toMatchObject([
      { from: { name: 'Foyer', email: 'hello@foyer.local' }, to: 'ada@example.com' },
    ])
    expect(sent[0]?.subject).toMatch(/^\d{4} \d{4} is your sign-up code$/)
    expect(sent[0]?.text).toContain(PROOF.resumeUrl)
  })

  test('takes the invitation, which can be ended by one click', async () => {
    const { email, sent } = watched()
    const mailer = createCloudflareMailer(email, { MAIL_FROM: 'hello@foyer.local' }, pepper)
    expect(await mailer.sendInvitation(INVITATION)).toEqual({ ok: true, value: null })
    expect(sent).toMatchObject([
      {
        from: 'hello@foyer.local',
        headers: {
          'List-Unsubscribe': `<${INVITATION.unsubscribeUrl}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      },
    ])
    expect(sent[0]?.html).toContain(`href="${INVITATION.resumeUrl}"`)
  })

  test('refuses a sender that the binding does not allow, and no address is told on', async () => {
    const email = (bindings as unknown as { EMAIL_OF_OTHERS: EmailBinding }).EMAIL_OF_OTHERS
    const mailer = createCloudflareMailer(email, { MAIL_FROM }, pepper)
    expect(await mailer.sendProof(PROOF)).toEqual({
      ok: false,
      error: { kind: 'unknown_outcome', detail: 'cloudflare unknown error' },
    })
  })

  test.each([
    ['E_RATE_LIMIT_EXCEEDED', 'rate_limited', undefined],
    ['E_DAILY_LIMIT_EXCEEDED', 'rate_limited', 300_000],
    ['E_INTERNAL_SERVER_ERROR', 'unavailable', undefined],
    ['E_SENDER_NOT_VERIFIED', 'unavailable', undefined],
    ['E_RECIPIENT_SUPPRESSED', 'rejected', undefined],
    ['E_HEADER_NOT_ALLOWED', 'rejected', undefined],
    ['E_DELIVERY_FAILED', 'unknown_outcome', undefined],
    ['E_OF_NEXT_YEAR', 'unknown_outcome', undefined],
  ] as const)('%s is %s', async (code, kind, retryAfterMs) => {
    const mailer = createCloudflareMailer(throwing(coded(code)), { MAIL_FROM }, pepper)
    const detail = `cloudflare ${code}`
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
    expect(await mailer.sendInvitation(INVITATION)).toEqual({
      ok: false,
      error: { kind, detail, ...asked },
    })
  })

  test.each([
    ['a code that may be anything', coded('canary@example.com')],
    ['no code', new Error('canary@example.com')],
    ['no error', 'canary@example.com'],
  ])('%s is an unknown outcome, of which nothing is told', async (_name, error) => {
    const mailer = createCloudflareMailer(throwing(error), { MAIL_FROM }, pepper)
    expect(await mailer.sendProof(PROOF)).toEqual({
      ok: false,
      error: { kind: 'unknown_outcome', detail: 'cloudflare unknown error' },
    })
  })

  test('that answers without an id, or not at all, is unavailable', async () => {
    const mute = { send: async () => ({}) as { messageId: string } }
    const slow = throwing(new DOMException('', 'TimeoutError'))
    const details = ['cloudflare no id', 'cloudflare no answer TimeoutError']
    for (const [position, email] of [mute, slow].entries()) {
      const mailer = createCloudflareMailer(email, { MAIL_FROM }, pepper)
      const error = { kind: 'unavailable', detail: details[position] }
      expect(await mailer.sendProof(PROOF)).toEqual({ ok: false, error })
    }
  })
})

describe('the settings choose the provider', () => {
  const settings = parseSettings(bindings)

  test.each([
    ['resend', 'idempotent'],
    ['cloudflare', 'at_least_once'],
  ] as const)('%s, whose mails are repeated: %s', (MAIL_PROVIDER, repeats) => {
    const chosen = { ...settings, MAIL_PROVIDER }
    expect(createMailer(bindings, chosen, pepper).repeats).toBe(repeats)
    expect(mailRepeatsOf(chosen)).toBe(repeats)
  })

  test('without a key no mail is sent, and none waits', async () => {
    const mailer = createMailer(bindings, { ...settings, RESEND_API_KEY: undefined }, pepper)
    expect(mailer.repeats).toBe('idempotent')
    expect(await mailer.sendInvitation(INVITATION)).toMatchObject({ error: { kind: 'rejected' } })
  })
})
