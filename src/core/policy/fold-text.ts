/** Digits and signs that are read as letters. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}
const LOOKALIKE = /[013457@$!]/g
/** `i g n o r e`, `i.g.n.o.r.e`: letters that somebody pulled apart. */
const PULLED_APART = /\b\p{L}(?:[\s._*-]\p{L}){3,}\b/gu
const MARKS = /\p{M}/gu

/** Lower case, without accents: what patterns and stems are compared by. */
export const foldText = (text: string): string =>
  text.normalize('NFKD').replaceAll(MARKS, '').toLowerCase()

/** The ways to read a text that somebody wrote so that only a model would read it. */
export function readingsOf(text: string): readonly string[] {
  const folded = foldText(text)
  const joined = folded.replaceAll(PULLED_APART, (run) => run.replaceAll(/[^\p{L}]/gu, ''))
  const spelled = joined.replaceAll(LOOKALIKE, (sign) => LOOKALIKES[sign] ?? sign)
  const letters = folded.replaceAll(/[^\p{L}\s]/gu, '')
  return [folded, joined, spelled, letters, rot13(folded), Array.from(folded).toReversed().join('')]
}

const LETTER_A = 97
const ALPHABET = 26

const rot13 = (text: string): string =>
  text.replaceAll(/[a-z]/g, (letter) =>
    String.fromCharCode(((letter.charCodeAt(0) - LETTER_A + ALPHABET / 2) % ALPHABET) + LETTER_A),
  )
