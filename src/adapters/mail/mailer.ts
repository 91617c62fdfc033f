import type { Pepper } from '../../core/pepper.ts'
import type { MailRepeats, Mailer } from '../../core/ports.ts'
import type { Bindings, Settings } from '../../env.ts'
import { createCloudflareMailer } from './cloudflare.ts'
import { noMailer } from './no-mailer.ts'
import { createResendMailer } from './resend.ts'

/** The provider that the settings name. */
export function createMailer(
  { EMAIL }: Pick<Bindings, 'EMAIL'>,
  { RESEND_API_KEY, ...settings }: Settings,
  pepper: Pepper,
): Mailer {
  switch (settings.MAIL_PROVIDER) {
    case 'cloudflare':
      return EMAIL === undefined ? noMailer : createCloudflareMailer(EMAIL, settings, pepper)
    case 'resend':
      return RESEND_API_KEY === undefined
        ? noMailer
        : createResendMailer({ ...settings, RESEND_API_KEY }, pepper)
  }
}

/** What its mailer says of itself, for those who send nothing. */
export const mailRepeatsOf = ({ MAIL_PROVIDER }: Settings): MailRepeats =>
  MAIL_PROVIDER === 'cloudflare' ? 'at_least_once' : 'idempotent'
