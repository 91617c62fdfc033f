import type { Pepper } from '../pepper.ts'
import { isSameText } from '../same-text.ts'

/** Long enough to find the wallet and read what it shows. */
export const NONCE_LIFETIME_MS = 5 * 60_000
/** No two alike, however many are asked for within one second. */
export const NONCE_RANDOM_BYTES = 12
/** 128 bits of the HMAC: nobody guesses them within five minutes. */
const MAC_BYTES = 16

/** Seconds since the epoch in 8 digits of hexadecimal, randomness in 24, HMAC in 32. */
const NONCE = /^([0-9a-f]{8}[0-9a-f]{24})([0-9a-f]{32})$/

export interface Nonce {
  /** Epoch milliseconds. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/**
 * A nonce for one signature of a wallet. It says itself that it is ours and how old it is, so that
 * nothing is kept before it is spent.
 *
 * @param random `NONCE_RANDOM_BYTES` random bytes
 * @returns 64 letters and digits: EIP-4361 allows nothing else
 */
export async function issueNonce(
  pepper: Pepper,
  now: number,
  random: Uint8Array,
): Promise<Nonce & { readonly nonce: string }> {
  const seconds = Math.floor(now / 1_000)
  const content = `${seconds.toString(16).padStart(8, '0')}${hex(random)}`
  return { nonce: `${content}${await macOf(pepper, content)}`, ...momentsOf(seconds) }
}

/** @returns `null`: it is none of ours */
export async function readNonce(pepper: Pepper, nonce: string): Promise<Nonce | null> {
  const [, content, mac] = NONCE.exec(nonce) ?? []
  if (content === undefined || mac === undefined) return null
  if (!isSameText(mac, await macOf(pepper, content))) return null
  return momentsOf(Number.parseInt(content.slice(0, 8), 16))
}

const momentsOf = (seconds: number): Nonce => ({
  issuedAt: seconds * 1_000,
  expiresAt: seconds * 1_000 + NONCE_LIFETIME_MS,
})

const macOf = async (pepper: Pepper, content: string): Promise<string> =>
  hex((await pepper.mac('nonce', content)).slice(0, MAC_BYTES))

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
