import { EMAIL_MAX_OCTETS } from '../contract/onboarding.ts'
import { type Result, fail, ok } from '../contract/result.ts'

/** RFC 5321, 4.5.3.1.1. */
const LOCAL_PART_MAX_OCTETS = 64
/** RFC 1035, 2.3.4. */
const DOMAIN_MAX_CHARS = 253
const LABEL_MAX_CHARS = 63

// Dot-atoms of RFC 5322 and 6531: quoted local parts are legal, unused, and a source of trickery.
const LOCAL_PART = /^[^\s"(),:;<>@[\\\]\p{C}\uFFFD]+$/u
const LABEL = /^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u

/**
 * The identity of an e-mail address: NFC, trimmed, lower-cased, the domain as A-labels. Dots, tags
 * and look-alike letters stay distinct, because only the receiving host knows what they mean.
 *
 * @returns the address to compare, store and send to; or what is wrong with the input
 */
export function normaliseEmail(input: string): Result<string, string> {
  if (!input.isWellFormed()) return fail('must not contain broken Unicode')
  const folded = input.normalize('NFC').trim().toLowerCase().normalize('NFC')
  const at = folded.lastIndexOf('@')
  if (at < 1) return fail('must be of the form name@domain')
  const local = folded.slice(0, at)
  if (!LOCAL_PART.test(local) || /^\.|\.\.|\.$/.test(local)) {
    return fail('has a part before the "@" that is not supported')
  }
  if (octets(local) > LOCAL_PART_MAX_OCTETS) {
    return fail(`has more than ${LOCAL_PART_MAX_OCTETS} octets before the "@"`)
  }
  const domain = asciiDomain(folded.slice(at + 1))
  if (domain === null) return fail('has no valid domain after the "@"')
  const identity = `${local}@${domain}`
  if (octets(identity) > EMAIL_MAX_OCTETS) return fail(`is longer than ${EMAIL_MAX_OCTETS} octets`)
  return ok(identity)
}

/** IDNA to A-labels by the platform's URL parser, fenced so that it sees names and nothing else. */
function asciiDomain(domain: string): string | null {
  const labels = domain.split('.')
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return null
  const url = `http://${domain}/`
  const ascii = URL.canParse(url) ? new URL(url).hostname : ''
  const asciiLabels = ascii.split('.')
  if (ascii.length > DOMAIN_MAX_CHARS || asciiLabels.length !== labels.length) return null
  if (asciiLabels.some((label) => label === '' || label.length > LABEL_MAX_CHARS)) return null
  // A last label of digits would be an IP address, or become one in some parser.
  return /^\d+$/.test(asciiLabels.at(-1) ?? '') ? null : ascii
}

const encoder = new TextEncoder()

const octets = (text: string): number => encoder.encode(text).length
