import type { RunFailure } from '../../contract/subject-rpc.ts'

/** A detail is one line of ours; whatever exceeds this is a provider's prose. */
const DETAIL_MAX_CHARS = 500
/** Names from code that carry a digit are shorter; ids are longer. */
const ID_MIN_CHARS = 8

/**
 * What failed runs have in common: the same step met the same kind of failure of the same provider
 * with the same status and code.
 *
 * @returns 16 hexadecimal digits; stored, so the way it is made must not change
 */
export const fingerprintOfRun = ({ step, kind, detail }: RunFailure): string =>
  hash(['run', step, kind, normaliseDetail(detail)])

/** The same for messages that no consumer could work off: the queue, and why. */
export const fingerprintOfMessage = (queue: string, reason: string): string =>
  hash(['message', queue, reason])

/**
 * A detail without what differs from one person to the next: addresses, ids, numbers. Details begin
 * with the provider and its status (`stripe 400 …`, `postgres 23505`), which stay.
 */
export function normaliseDetail(detail: string): string {
  let position = 0
  let provider = ''
  return detail
    .slice(0, DETAIL_MAX_CHARS)
    .toLowerCase()
    .replaceAll(/[^\s@]+@[^\s@]+/g, '<address>')
    .replaceAll(/[\w|-]+/g, (word) => {
      if (position === 0) provider = word
      const kept = position === 1 && isStatus(provider, word)
      position += 1
      return kept ? word : normaliseWord(word)
    })
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** An HTTP status; of PostgreSQL an SQLSTATE. */
const isStatus = (provider: string, word: string): boolean =>
  provider === 'postgres' ? /^[\da-z]{5}$/.test(word) : /^[1-5]\d\d$/.test(word)

function normaliseWord(word: string): string {
  if (!/\d/.test(word)) return word
  if (/^\d+[a-z]{0,2}$/.test(word)) return '<number>'
  return word.length >= ID_MIN_CHARS ? '<id>' : word
}

/** FNV-1a, 64 bits: it groups some dozens of things and keeps nobody out. */
const OFFSET_BASIS = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n
const HEX_DIGITS = 16

function hash(parts: readonly string[]): string {
  let value = OFFSET_BASIS
  for (const byte of new TextEncoder().encode(parts.join('\n'))) {
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * PRIME)
  }
  return value.toString(16).padStart(HEX_DIGITS, '0')
}
