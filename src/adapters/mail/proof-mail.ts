/** Shown in two groups of four: easier to read out and to type. */
const grouped = (code: string): string => `${code.slice(0, 4)} ${code.slice(4)}`

export interface MailContent {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/**
 * A pure function of the code and the link, so that every retry sends the same body under the same
 * key. Either of them proves the address; the link helps whoever reads the mail on another device.
 */
export function proofMail(code: string, resumeUrl: string): MailContent {
  const shown = grouped(code)
  return {
    subject: `${shown} is your sign-up code`,
    text: [
      `Your sign-up code is ${shown}.`,
      'It proves that this address is yours, and counts for ten minutes.',
      `Or open this page, within an hour, and press its button: ${resumeUrl}`,
      'If you did not ask for it, somebody typed your address: you need not do anything.',
    ].join('\n\n'),
    html: `<!doctype html>
<html lang="en">
  <body style="margin:0;padding:32px;font:16px/1.5 system-ui,sans-serif;color:#1c1a17;background:#faf8f5">
    <p>Your sign-up code is</p>
    <p style="font:600 32px/1.2 ui-monospace,monospace;letter-spacing:.08em;margin:16px 0">${shown}</p>
    <p>It proves that this address is yours, and counts for ten minutes.</p>
    <p>Or <a href="${resumeUrl}" style="color:#b4532a">sign in on this device</a>, within an hour.</p>
    <p style="color:#6b655c">If you did not ask for it, somebody typed your address: you need not do anything.</p>
  </body>
</html>`,
  }
}
