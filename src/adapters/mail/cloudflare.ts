import type { FailureKind, StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { Pepper } from '../../core/pepper.ts'
import type { Mailer } from '../../core/ports.ts'
import { within } from '../within.ts'
import { invitationMail, unsubscribeHeaders } from './invitation-mail.ts'
import { proofCode } from './proof-code.ts'
import { type MailContent, proofMail } from './proof-mail.ts'

const CALL_TIMEOUT_MS = 5_000
/** The daily limit is raised and renewed in its own time: look again now and then. */
const DAILY_LIMIT_RETRY_MS = 300_000

/** As far as it is used: of the platform's binding. */
export interface EmailBinding {
  send(
    mail: MailContent & {
      readonly from: string | { readonly name: string; readonly email: string }
      readonly to: string
      readonly headers?: Record<string, string>
    },
  ): Promise<{ readonly messageId: string }>
}

/**
 * Cloudflare's Email Service by its binding
 * (https://developers.cloudflare.com/email-service/api/send-emails/workers-api/). It takes no
 * idempotency key: a mail whose answer was lost may go out twice.
 */
export function createCloudflareMailer(
  email: EmailBinding,
  { MAIL_FROM }: { readonly MAIL_FROM: string },
  pepper: Pepper,
): Mailer {
  const from = senderOf(MAIL_FROM)
  return {
    repeats: 'at_least_once',

    async sendProof({ id, to, resumeUrl }) {
      const content = proofMail(await proofCode(pepper, id), resumeUrl)
      return send(() => email.send({ from, to, ...content }))
    },

    async sendInvitation({ to, ...urls }) {
      const headers = unsubscribeHeaders(urls.unsubscribeUrl)
      return send(() => email.send({ from, to, headers, ...invitationMail(urls) }))
    },
  }
}

/** `Name <address>` as the binding wants it; a bare address stays one. */
function senderOf(sender: string): string | { readonly name: string; readonly email: string } {
  const [, name = '', email] = /^(.*?)\s*<([^<>]+)>$/.exec(sender.trim()) ?? []
  return email === undefined || name === '' ? (email ?? sender) : { name, email }
}

async function send(
  call: () => Promise<{ readonly messageId: string }>,
): Promise<Result<null, StepFailure>> {
  try {
    const { messageId } = await within(CALL_TIMEOUT_MS, call())
    if (typeof messageId === 'string') return ok(null)
    return fail({ kind: 'unavailable', detail: 'cloudflare no id' })
  } catch (error) {
    return fail(failureOf(error))
  }
}

/** What can be mended without the person, or by time, is no fault of the mail. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  E_RATE_LIMIT_EXCEEDED: 'rate_limited',
  E_DAILY_LIMIT_EXCEEDED: 'rate_limited',
  E_INTERNAL_SERVER_ERROR: 'unavailable',
  E_SENDER_NOT_VERIFIED: 'unavailable',
  E_SENDER_DOMAIN_NOT_AVAILABLE: 'unavailable',
  E_VALIDATION_ERROR: 'rejected',
  E_FIELD_MISSING: 'rejected',
  E_CONTENT_TOO_LARGE: 'rejected',
  E_RECIPIENT_NOT_ALLOWED: 'rejected',
  E_RECIPIENT_SUPPRESSED: 'rejected',
}

/** Its message may quote the address; its code does not. */
function failureOf(error: unknown): StepFailure {
  if (error instanceof DOMException) {
    return { kind: 'unavailable', detail: `cloudflare no answer ${error.name}` }
  }
  const code = codeOf(error)
  // The rest are faults in what we sent, all of which are refused before anything goes out.
  const kind = code?.startsWith('E_HEADER_') ? 'rejected' : KINDS[code ?? '']
  return {
    kind: kind ?? 'unknown_outcome',
    detail: `cloudflare ${code ?? 'unknown error'}`,
    ...(code === 'E_DAILY_LIMIT_EXCEEDED' ? { retryAfterMs: DAILY_LIMIT_RETRY_MS } : {}),
  }
}

function codeOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' && /^E_[A-Z_]{1,40}$/.test(code) ? code : null
}
