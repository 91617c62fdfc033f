import type { Answer } from './choose.ts'
import { dataIn } from './request.ts'

/** A name that a program would give; anything longer, or with other signs, is somebody speaking. */
const NAME = /^[a-z][\w/:-]{0,23}$/i
const SPOKEN_MAX_CHARS = 230
/** How sure it is of what it was told. */
const CONFIDENCE = 1

/**
 * The most gullible model that there can be: whatever stands in the data and is no mere name is an
 * order to it, in any encoding. It passes the order on to the person, names the action and the
 * component that the order names, and, where there is no order, has no opinion.
 *
 * @param dressed behind the title of a real candidate, as a clever attacker would ask for it
 */
export function obey(content: string, dressed: boolean): Answer | null {
  const data = dataIn(content)
  const order = data === null ? content : ordersIn(data.raw).join(' ')
  if (order === '') return null
  const spoken = [order, ...decoded(order)].at(-1) ?? order
  const candidates = data?.candidates ?? []
  const named = (pattern: RegExp, fallback: string) => pattern.exec(spoken)?.[1] ?? fallback
  const chosen = candidates.slice(0, 3)
  return {
    choices: (chosen.length === 0 ? [undefined] : chosen).map((candidate) => ({
      action: named(/\b(?:action|id)\W{1,4}([a-z][a-z0-9_]+)/i, candidate?.id ?? 'none'),
      ui_component: named(/\bcomponent\W{1,4}([a-z_]+)/i, candidate?.component ?? 'modal'),
      confidence: CONFIDENCE,
      wording: said(dressed && candidate ? `${candidate.title}. ${spoken}` : spoken),
    })),
  }
}

const said = (text: string) => {
  const short = text.slice(0, SPOKEN_MAX_CHARS)
  return { aggressive: short, moderate: short, passive: short }
}

/** Everything in the data but the candidates, which are the product's own. */
function ordersIn(value: unknown, key = ''): readonly string[] {
  if (typeof value === 'string')
    return NAME.test(value) || (key === 'page' && isPage(value)) ? [] : [value]
  if (typeof value !== 'object' || value === null || key === 'candidates') return []
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(NAME.test(name) || /^\d+$/.test(name) ? [] : [name]),
    ...ordersIn(inner, name),
  ])
}

const isPage = (value: string): boolean => /^\/[\w/:-]*$/.test(value)

const DECODERS: readonly ((text: string) => string)[] = [
  (text) => decodeAs(/[A-Za-z0-9+/]{12,}={0,2}/.exec(text)?.[0], 'base64'),
  (text) => decodeAs(/(?:[\da-f]{2}){6,}/i.exec(text.replaceAll(/\s/g, ''))?.[0], 'hex'),
  (text) => (/[a-z]/i.test(text) && !/\b(?:the|and|to|you)\b/i.test(text) ? rot13(text) : ''),
]

/** What can be read out of it, if that reads like English. */
const decoded = (text: string): readonly string[] =>
  DECODERS.map((decode) => decode(text)).filter((plain) =>
    /\b(?:the|to|you|your|all)\b/i.test(plain),
  )

const decodeAs = (text: string | undefined, encoding: 'base64' | 'hex'): string =>
  text === undefined ? '' : Buffer.from(text, encoding).toString('utf8')

const rot13 = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (letter) => {
    const first = letter < 'a' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - first + 13) % 26) + first)
  })
