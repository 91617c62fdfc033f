import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createMailer } from '../../src/adapters/mail/mailer.ts'
import { createPepper } from '../../src/core/pepper.ts'
import { parseSettings } from '../../src/env.ts'
import { bindings } from '../support/worker/api.ts'
import { fault } from '../support/worker/outside.ts'

// The adapter with Resend's own client, against the local mail service.

const List = z.object({
  data: z.array(z.object({ id: z.string(), headers: z.record(z.string(), z.string()) })),
})

const settings = parseSettings(bindings)
const mailer = createMailer(bindings, settings, createPepper(settings.SUBJECT_PEPPER))

const freshInvitation = () => {
  const id = crypto.randomUUID()
  return {
    id,
    to: `person-${id}@example.com`,
    resumeUrl: `https://foyer.test/resume#${id}`,
    unsubscribeUrl: `https://foyer.test/unsubscribe?token=${id}`,
  }
}

const fetchMail = (path: string) => fetch(`${bindings.RESEND_API_BASE}${path}`)

async function mailsTo(address: string) {
  const response = await fetchMail(`/emails?to=${encodeURIComponent(address)}`)
  return List.parse(await response.json()).data
}

afterEach(() => fault('RESEND', null))

describe('the invitation through Resend', () => {
  test('goes out with the headers of a one-click end (RFC 8058)', async () => {
    const invitation = freshInvitation()
    expect(await mailer.sendInvitation(invitation)).toEqual({ ok: true, value: null })
    expect(await mailsTo(invitation.to)).toMatchObject([
      {
        headers: {
          'List-Unsubscribe': `<${invitation.unsubscribeUrl}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      },
    ])
  })

  test('its page in the inbox shows them, and both links can be clicked', async () => {
    const invitation = freshInvitation()
    await mailer.sendInvitation(invitation)
    const [mail] = await mailsTo(invitation.to)
    const page = await (await fetchMail(`/inbox/${mail?.id}`)).text()
    expect(page).toContain('<th>List-Unsubscribe-Post</th>')
    for (const url of [invitation.resumeUrl, invitation.unsubscribeUrl]) {
      expect(page).toContain(`<a href="${url}" target="_blank"`)
    }
  })

  test('E: is one mail, however often it is sent', async () => {
    const invitation = freshInvitation()
    await fault('RESEND', { kind: 'commit_then_drop', times: 1 })
    const first = await mailer.sendInvitation(invitation)
    expect(first).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
    for (let times = 0; times < 3; times += 1) await mailer.sendInvitation(invitation)
    expect(await mailsTo(invitation.to)).toHaveLength(1)
  })

  test.each([
    [429, 'rate_limited'],
    [503, 'unavailable'],
    [401, 'unavailable'],
    [422, 'rejected'],
    [500, 'unknown_outcome'],
  ] as const)('%i is %s, and no address is told on', async (status, kind) => {
    const invitation = freshInvitation()
    await fault('RESEND', { kind: 'status', status })
    const result = await mailer.sendInvitation(invitation)
    expect(result).toMatchObject({ ok: false, error: { kind } })
    expect(JSON.stringify(result)).not.toContain('@')
  })
})
