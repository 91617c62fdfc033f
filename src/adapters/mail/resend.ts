import { type CreateEmailOptions, Resend } from 'resend'
import type { StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { providerFailure } from '../../core/hydration/failure.ts'
import type { Pepper } from '../../core/pepper.ts'
import type { Mailer } from '../../core/ports.ts'
import { invitationMail, unsubscribeHeaders } from './invitation-mail.ts'
import { proofCode } from './proof-code.ts'
import { proofMail } from './proof-mail.ts'

const CALL_TIMEOUT_MS = 5_000

export interface MailSettings {
  readonly RESEND_API_KEY: string
  readonly RESEND_API_BASE?: string | undefined
  readonly MAIL_FROM: string
}

/** The same for every try of one mail. */
export const proofMailKey = (mailId: string): string => `proof/${mailId}`

export const invitationMailKey = (invitation: string): string => `invitation/${invitation}`

/** Resend keeps idempotency keys for 24 h, so that a mail retried after a lost reply goes out once. */
export function createResendMailer(settings: MailSettings, pepper: Pepper): Mailer {
  const baseUrl = settings.RESEND_API_BASE
  const resend = new Resend(settings.RESEND_API_KEY, baseUrl === undefined ? {} : { baseUrl })
  const from = settings.MAIL_FROM
  return {
    repeats: 'idempotent',

    async sendProof({ id, to, resumeUrl }) {
      const content = proofMail(await proofCode(pepper, id), resumeUrl)
      return send(resend, proofMailKey(id), { from, to, ...content })
    },

    async sendInvitation({ id, to, ...urls }) {
      const headers = unsubscribeHeaders(urls.unsubscribeUrl)
      return send(resend, invitationMailKey(id), { from, to, headers, ...invitationMail(urls) })
    },
  }
}

async function send(
  resend: Resend,
  idempotencyKey: string,
  mail: CreateEmailOptions,
): Promise<Result<null, StepFailure>> {
  const { data, error, headers } = await resend.emails.send(mail, {
    idempotencyKey,
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  })
  if (typeof data?.id === 'string') return ok(null)
  // Another body went out under this key, before a deploy changed the text: the mail is there.
  if (error?.name === 'invalid_idempotent_request') return ok(null)
  // The client passes on whatever a failing server said, so nothing of it is certain.
  const status = typeof error?.statusCode === 'number' ? error.statusCode : null
  const code = typeof error?.name === 'string' ? error.name : 'no id'
  return fail(providerFailure('resend', status, code, headers?.['retry-after']))
}
