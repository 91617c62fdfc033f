import type { MailUrls } from '../../core/ports.ts'
import type { MailContent } from './proof-mail.ts'

/** A pure function of its links, so that every retry sends the same body under the same key. */
export function invitationMail({ resumeUrl, unsubscribeUrl }: MailUrls): MailContent {
  return {
    subject: 'Finish setting up your account',
    text: [
      'You began to sign up and did not finish. Everything is still there.',
      `Finish setup: ${resumeUrl}`,
      'The link works once, within a week.',
      'If it was not you, you need not do anything: without you nothing opens, and it will all be removed.',
      `No more mails like this: ${unsubscribeUrl}`,
    ].join('\n\n'),
    html: `<!doctype html>
<html lang="en">
  <body style="margin:0;padding:32px;font:16px/1.5 system-ui,sans-serif;color:#1c1a17;background:#faf8f5">
    <p>You began to sign up and did not finish. Everything is still there.</p>
    <p style="margin:24px 0"><a href="${resumeUrl}" style="padding:12px 20px;border-radius:8px;color:#fff;background:#1c1a17;text-decoration:none">Finish setup</a></p>
    <p>The link works once, within a week.</p>
    <p style="color:#6b655c">If it was not you, you need not do anything: without you nothing opens, and it will all be removed.</p>
    <p style="color:#6b655c"><a href="${unsubscribeUrl}" style="color:inherit">No more mails like this</a></p>
  </body>
</html>`,
  }
}

/** One click in the mail program itself (RFC 8058). */
export const unsubscribeHeaders = (url: string): Readonly<Record<string, string>> => ({
  'List-Unsubscribe': `<${url}>`,
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
})
