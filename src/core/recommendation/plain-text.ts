import { type Result, fail, ok } from '../../contract/result.ts'

/** A tooltip holds two or three lines; longer is not read. UTF-16 code units. */
export const TEXT_MAX_CHARS = 240
/** Looked at no further: whatever is done below, it is done to little, so nothing here can be slow. */
const RAW_MAX_CHARS = 2_000
/** As many as any script puts on one letter; more climb into the lines above and below. */
const MARKS_MAX = 4

export type TextFault = 'empty' | 'too_long' | 'markup' | 'link'

/** The end of a line in any system's spelling, and what looks blank and is a letter or a symbol. */
const BLANK = /[\t\n\v\f\r\u0085\u2028\u2029\u2800\p{Zs}]+/gu
/** Invisible, without a meaning, or changing the direction or the look of what is around it. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu
const TOO_MANY_MARKS = new RegExp(`(\\p{M}{${MARKS_MAX}})\\p{M}+`, 'gu')

/** Of HTML, Markdown and templates, also escaped. */
const MARKUP = /[<>`{}[\]|\\]|&(?:#|lt|gt|quot|amp|\w+;)|%[0-9a-f]{2}|\*\*|__|~~/iu

/** What the name of a host ends in, where it is spelled apart; a sentence would begin with a capital. */
const ENDING = '(?:com|net|org|biz|xyz|io|ru|cn)'
const LINKS = [
  // What a browser or a mail program makes a link of by itself.
  /\/\/|\bwww\b|@|\p{Nd}{1,3}(?:\.\p{Nd}{1,3}){3}/iu,
  /[^\s.]\.[\p{L}\p{M}]{2,}/u,
  // The full stop of East Asia is a dot to a browser; between Latin letters it ends no sentence.
  /[a-z0-9-]。[a-z]{2,}/iu,
  // Some schemes are also words that a colon may follow.
  /\b(?:(?:java|vb)?script|mailto|h(?:tt|xx)ps?|s?ftp|wss?) ?:/iu,
  /\b(?:data|tel|sms|file|about|blob|intent|whatsapp):(?=\S)/iu,
  // Written so that only people read it as a link.
  / \. [\p{L}\p{M}]{2,}/u,
  new RegExp(`\\. ?${ENDING}\\b|\\b[dD]ot ?${ENDING}\\b`, 'u'),
  /\( ?(?:at|dot|punkt) ?\)/iu,
  // Numbers that a telephone calls: not yet a date.
  /\p{Nd}(?:[ ()./-]{0,3}\p{Nd}){8,}|\+ ?\(?\p{Nd}(?:[ ()./-]{0,3}\p{Nd}){6,}/u,
]

/**
 * Text as a person may be shown it: one line of words, with nothing in it that is, or that a browser or
 * a mail program could make, a link or markup. What passed once passes again, unchanged. Compatible
 * spellings, such as full-width letters, are judged as what they stand for and shown as they are, since
 * some languages are written in them.
 */
export function plainText(raw: string): Result<string, TextFault> {
  if (raw.length > RAW_MAX_CHARS) return fail('too_long')
  const text = raw
    .replaceAll(BLANK, ' ')
    .replaceAll(INVISIBLE, '')
    .normalize('NFC')
    .replaceAll(TOO_MANY_MARKS, '$1')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
  if (!/\p{L}/u.test(text)) return fail('empty')
  if (text.length > TEXT_MAX_CHARS) return fail('too_long')
  const meant = text.normalize('NFKC').replaceAll(/ {2,}/g, ' ')
  if (MARKUP.test(meant)) return fail('markup')
  return LINKS.some((link) => link.test(meant)) ? fail('link') : ok(text)
}
