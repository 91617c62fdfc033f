import type { Candidate } from '../../contract/policy.ts'
import { foldText } from './fold-text.ts'

/**
 * Two thirds of what is said, everyday words aside, must be the catalogue's own: as much as two tones
 * of one message share, and too much for a second message beside it.
 */
const OWN_WORDS_SHARE_MIN = 2 / 3
/** Shorter words are everybody's. */
const TELLING_WORD_MIN_CHARS = 4
/** "import" and "imported", "project" and "projects" are the same word. */
const STEM_CHARS = 5
/** Three capitals may be an abbreviation; more are a voice raised. */
const SHOUTED_WORD = /\b\p{Lu}{4,}\b/u
const SHOUTED_MARKS = /[!?]{2,}|!.*!/

/** Why a wording is not the candidate's, in other words. */
export type WordingFault =
  | 'invisible'
  | 'other_script'
  | 'numbers'
  | 'names'
  | 'shouting'
  | 'harmful'
  | 'foreign_words'

/** What no hint of a product says, unless its catalogue does, in folded text. */
const HARMFUL: readonly RegExp[] = [
  // Asks for what is nobody's.
  /\b(?:passwor[dt]|passcode|passphrase|credential|secret|otp|one-time|seed phrase|recovery phrase|private key|api key|social security|ssn|cvv|cvc|card numbers?|bank|iban|security code)/,
  // Wants money, or promises it.
  /\b(?:wire|transfer|bitcoin|crypto|wallet|gift ?card|prize|winner|won|lottery|jackpot|discount|refund|cash|dollars?|euros?|money|reward|bonus|invest|loan|donat\w*)\b/,
  // Leads out of the product.
  /\b(?:call us|call me|dial|phone|whatsapp|telegram|signal|discord|skype|sms|text us|email us|e-mail us|mail us|write to|reply|respond|contact|download|install|attachment|visit|website|web site|browse[rs]?|url|link|http|https|google|search for|open the site|scan the|qr code|address bar)\b/,
  /\bdot\b|\(\.\)|\[\.\]|\bslash\b|\s\.\s?\w|\w\s\.\w|\bat sign\b/,
  // Frightens.
  /\b(?:delet|suspend|terminat|banned|ban you|lawsuit|legal action|police|penalt|punish|last chance|final warning|or else|lose everything|permanently|hacked|breach|compromised|virus|infected|expose[ds]?|arrest|fired|blacklist|urgent|emergency|immediately)/,
  // Hurts.
  /\b(?:idiot|stupid|dumb|loser|moron|lazy|pathetic|worthless|fool|shame|ashamed|embarrass|ugly|hate|kill|die|shut up|laugh|failure|useless|incompetent|everyone else|your fault|disgrace|wasting)/,
  // Speaks of itself, of its orders, or of somebody else.
  /\b(?:prompt|instruction|system message|language model|as an ai|assistant|json|schema|jailbreak|override|ignor|policy|confidential|other users?|another user|other people's|somebody else|someone else|user id|account of)/,
]

/** Says nothing by itself: in any sentence of this kind. Neither the catalogue's nor foreign. */
const EVERYDAY = new Set(
  'this that with your yours from have will when what into here there them they then than where which while whenever suits suit more most just like need needs want only once over very make makes made take takes come comes time times ready first next step steps also about after again along already always anything away back been before begin being best bring brings can could does done each easily easy else enough even every everything fast few find fits gets give gives goes good great have helps help hand here it how instead keep keeps know lets little look looks minute minutes moment much must never nothing now often other part quick quickly right see several should simple simply some soon start starts still sure than thing things think today together try until useful wait well whole why would worth'.split(
    ' ',
  ),
)

/**
 * Whether a text is a wording of the candidate: in its script, without numbers of its own, mostly in
 * its words, without what a hint never says. It reads words and not meaning; what it lets through is
 * still shown under the candidate's title, and leads where the catalogue says.
 */
export function wordingFault(text: string, { title, benefit }: Candidate): WordingFault | null {
  const own = `${title}. ${benefit}`
  if (INVISIBLE.test(text)) return 'invisible'
  if (hasOtherScript(text, own)) return 'other_script'
  if (numbersIn(text).some((number) => !numbersIn(own).includes(number))) return 'numbers'
  if (SHOUTED_MARKS.test(text) || (SHOUTED_WORD.test(text) && !SHOUTED_WORD.test(own))) {
    return 'shouting'
  }
  if (namesIn(text, own)) return 'names'
  const [folded, ownFolded] = [foldText(text), foldText(own)]
  if (HARMFUL.some((pattern) => pattern.test(folded) && !pattern.test(ownFolded))) return 'harmful'
  return ownShare(folded, ownFolded) < OWN_WORDS_SHARE_MIN ? 'foreign_words' : null
}

/** Also gone from what is shown, but a model has no use for it, and what is left may read otherwise. */
const INVISIBLE =
  /[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|[^\P{Cc}\t\n\r]/u

/** Of what the catalogue itself has, the widest is allowed: of English nothing beyond ASCII. */
const SCRIPTS: readonly RegExp[] = [
  /^[\w\s.,;:?!'"’‘“”()–—…/&%+-]*$/,
  /^[\w\s.,;:?!'"’‘“”()–—…/&%+À-ÖØ-öø-ž-]*$/,
]

/** Look-alikes least of all; a catalogue that is not in Latin letters is left to its own. */
function hasOtherScript(text: string, own: string): boolean {
  const script = SCRIPTS.find((one) => one.test(own))
  return script !== undefined && !script.test(text)
}

/** After a small letter or a comma: no beginning of a sentence. */
const NAME = /(?<=[\p{Ll}\d,;] )\p{Lu}[\p{L}\d]*/gu

/** Names that the catalogue does not have, in a language that writes no other words with a capital. */
function namesIn(text: string, own: string): boolean {
  const ownNames = own.match(NAME) ?? []
  return (
    ownNames.length === 0 &&
    (text.match(NAME) ?? []).some((name) => name !== 'I' && !own.includes(name))
  )
}

const numbersIn = (text: string): readonly string[] => text.match(/\p{N}+/gu) ?? []

function ownShare(text: string, own: string): number {
  const stems = new Set(tellingStems(own))
  const said = tellingStems(text)
  if (said.length === 0) return 0
  return said.filter((stem) => stems.has(stem)).length / said.length
}

const tellingStems = (folded: string): readonly string[] =>
  (folded.match(/\p{L}+/gu) ?? [])
    .filter((word) => word.length >= TELLING_WORD_MIN_CHARS && !EVERYDAY.has(word))
    .map((word) => word.slice(0, STEM_CHARS))
