import type { SignUp } from '../../../client/foyer.ts'

/** What the form says, and where the visit came from, if that was elsewhere. */
export function readIntention(form: FormData): SignUp {
  const referrer = referringOrigin(document.referrer)
  return {
    email: text(form.get('email')),
    planId: text(form.get('plan')),
    ...(referrer === null ? {} : { referrer }),
  }
}

const text = (value: FormDataEntryValue | null): string => (typeof value === 'string' ? value : '')

/** Not the whole address, which may hold what is nobody's business. */
function referringOrigin(referrer: string): string | null {
  if (!URL.canParse(referrer)) return null
  const { origin } = new URL(referrer)
  return origin === location.origin ? null : origin
}
