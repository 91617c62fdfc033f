import { sha256 } from '@noble/hashes/sha2.js'

/** Of 64 hex digits these tell any two things apart that one deployment will ever compare. */
const HEX_DIGITS = 12

/** First 12 hex digits of the SHA-256 over the JSON of a value; its keys count in the order given. */
export function shortHash(value: unknown): string {
  const digest = sha256(new TextEncoder().encode(JSON.stringify(value)))
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.slice(0, HEX_DIGITS)
}
