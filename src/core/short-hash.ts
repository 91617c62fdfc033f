import { sha256 } from '@noble/hashes/sha2.js'

/** Of 64 hex digits these tell any two things apart that one deployment will ever compare. */
const HEX_DIGITS = 12

/** First 12 hex digits of the SHA-256 over the JSON of a value; its keys count in the order given. */
export const shortHash = (value: unknown): string => hexHash(JSON.stringify(value), HEX_DIGITS)

/** The first hex digits of the SHA-256 over a text. */
export const hexHash = (text: string, digits: number): string =>
  Array.from(sha256(new TextEncoder().encode(text)), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, digits)
