import { type Result, fail, ok } from '../../contract/result.ts'
import { readingsOf } from './fold-text.ts'
import { INSTRUCTIONS } from './instructions.ts'

/** A question to a product fits into a line or two; an attack with examples and roles does not. */
const WORDS_MAX_CHARS = 200
/** Longer than the longest compounds that people write by hand. */
const WORD_MAX_CHARS = 30
/** More of them are a number of a card or a telephone, or letters in disguise. */
const DIGITS_MAX = 8
/** As often as "the" comes in a line or two. */
const SAME_WORD_MAX = 5

/** Why words are not put before a model. */
export type WordsFault =
  | 'empty'
  | 'too_long'
  | 'invisible'
  | 'alphabet'
  | 'delimiter'
  | 'link'
  | 'encoded'
  | 'repetitive'
  | 'instruction'

/** Nothing to be seen, or turning what is around it: a person would not know what they read. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
/**
 * What the patterns can read: the Latin alphabet with its accents, without its phonetic and decorative
 * letters, and the punctuation of a sentence.
 */
const ALPHABET = /^[A-Za-zÀ-ÖØ-öø-žƠơƯưȘ-țḀ-ỿ0-9 .,;:?!¿¡'"’‘“”()\-–—/&%+…]*$/u
/** Where data would end, or somebody else would begin to speak. */
const DELIMITERS: readonly RegExp[] = [
  /-{3,}|—{2,}|={2,}|#{2,}|\*{2,}|"{2,}|'{3,}|\/\*|\*\/|\/\/\s*\w|\.{4,}/,
  /(?:^|[.;!?]\s*)\(?(?:system|assistant|user|human|ai|developer|data|input|question|answer|q|a|end)\)?\s*:/i,
  /\bend (?:of )?(?:data|input|text|message|question|words|json|user)\b/i,
]
const LINKS: readonly RegExp[] = [
  /:\/\/|\bwww\b|\b(?:https?|hxxps?|ftp|javascript|data|mailto|tel|file)\s*:/i,
  /[\p{L}\p{N}]\s?\.\s?(?:com|net|org|io|ru|cn|xyz|top|info|me|app|dev|link|click|co|biz|site|online|ly|gg|to)\b/iu,
  /[\p{L}\p{N}]\.\p{L}{2,}/u,
  /\b(?:dot|punkt|point|punto)\b\W{0,3}(?:com|net|org|io|ru|xyz|info|dev|co)\b/i,
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/,
]
const ENCODINGS: readonly RegExp[] = [
  // Case that changes again and again within a word, as in base64.
  /\b\w*\p{Ll}\p{Lu}\w*\p{Ll}\p{Lu}\w*/u,
  /\b(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{8,}/,
  /\b(?=[\da-f]*\d)(?=[\da-f]*[a-f])[\da-f]{8,}\b/i,
  /(?:\b[\da-f]{2}\b[\s,:-]*){4,}/i,
  /%[\da-f]{2}|&#?\w+;|\b[01]{8}\b|(?:\b[.\-–]{1,5}(?:\s|$)){3,}|\+[A-Za-z0-9+/]{3,}-/i,
]

/**
 * Whether a person's own words may be put before a model. It reads letters and not meaning: see
 * docs/policy.md for what that can do and what it cannot. What a model may do with words that pass is
 * bounded by the check of its answer.
 *
 * @returns the words as they are to be asked: normalised (NFKC), on one line
 */
export function screenWords(raw: string): Result<string, WordsFault> {
  // Bounded before anything else reads it.
  if (raw.length > WORDS_MAX_CHARS) return fail('too_long')
  const words = raw.normalize('NFKC').replaceAll(/\s+/g, ' ').trim()
  if (words.length > WORDS_MAX_CHARS) return fail('too_long')
  if (INVISIBLE.test(words)) return fail('invisible')
  if (!/\p{L}/u.test(words)) return fail('empty')
  if (matches(LINKS, words)) return fail('link')
  if (!ALPHABET.test(words)) return fail('alphabet')
  if (matches(DELIMITERS, words)) return fail('delimiter')
  if (isEncoded(words)) return fail('encoded')
  if (isRepetitive(words)) return fail('repetitive')
  const isOrder = readingsOf(words).some((reading) => matches(INSTRUCTIONS, reading))
  return isOrder ? fail('instruction') : ok(words)
}

const matches = (patterns: readonly RegExp[], text: string): boolean =>
  patterns.some((pattern) => pattern.test(text))

const isEncoded = (words: string): boolean =>
  words.split(' ').some((word) => word.length > WORD_MAX_CHARS) ||
  words.replaceAll(/\D/g, '').length > DIGITS_MAX ||
  matches(ENCODINGS, words)

function isRepetitive(words: string): boolean {
  const counts = new Map<string, number>()
  for (const [word] of words.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return /(.)\1{4,}/u.test(words) || Math.max(...counts.values()) > SAME_WORD_MAX
}
