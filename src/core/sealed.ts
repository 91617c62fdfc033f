import { z } from 'zod'
import type { Pepper } from './pepper.ts'

/** Longer than any of ours by half; nothing longer is looked at. */
const SEALED_MAX_CHARS = 512

/**
 * One kind of text that only we can write: what it says, and its HMAC. Such texts lie in mailboxes
 * and browsers, are kept nowhere, and hold ids only; one kind never passes for another.
 */
export interface Seal<Content> {
  seal(pepper: Pepper, content: Content): Promise<string>
  /** @returns what a text of ours says; `null` for any other */
  open(pepper: Pepper, text: string): Promise<Content | null>
}

function sealOf<Content>(
  kind: 'resume' | 'unsubscribe' | 'refresh',
  schema: z.ZodType<Content>,
): Seal<Content> {
  return {
    async seal(pepper, content) {
      const payload = base64url(JSON.stringify(content))
      return `${payload}.${await pepper.name(kind, payload)}`
    },

    async open(pepper, text) {
      const [, payload, mac] = /^([\w-]+)\.([\w-]{43})$/.exec(text) ?? []
      if (payload === undefined || mac === undefined || text.length > SEALED_MAX_CHARS) return null
      if (!(await pepper.isName(kind, payload, mac))) return null
      return schema.parse(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))))
    },
  }
}

/** ASCII only: ids. */
const base64url = (text: string): string =>
  btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

/** `mail`: the one that carries it. */
const MailLink = z.object({ subjectKey: z.string(), mail: z.string() })

/** Brings a person in: a proof. */
export const resumeSeal = sealOf('resume', MailLink)

/** Ends the invitations to an address. */
export const unsubscribeSeal = sealOf('unsubscribe', MailLink)

/** Renews a member's tokens, once. */
export const refreshSeal = sealOf(
  'refresh',
  z.object({
    subjectKey: z.string(),
    userId: z.string(),
    member: z.string(),
    generation: z.int().nonnegative(),
  }),
)
