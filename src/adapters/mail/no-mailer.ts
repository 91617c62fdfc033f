import { fail } from '../../contract/result.ts'
import type { Mailer } from '../../core/ports.ts'

const refuse: Mailer['sendProof'] = async () =>
  fail({ kind: 'rejected', detail: 'no mail provider is configured' })

/** Without a mail provider every mail is given up at once, instead of waiting for one for ever. */
export const noMailer: Mailer = {
  repeats: 'idempotent',
  sendProof: refuse,
  sendInvitation: refuse,
}
