import { z } from 'zod'
import { MemberResponse } from './tokens.ts'

/** A page of text; a message of the usual kind has 300 characters. */
const MESSAGE_MAX_CHARS = 4_096
/** In hexadecimal: contracts with many owners take some kilobytes. */
const SIGNATURE_MAX_CHARS = 8_194

/** `POST /api/auth/wallet`. The message itself is read by `core/wallet/siwe`. */
export const WalletRequest = z.strictObject({
  message: z.string().max(MESSAGE_MAX_CHARS),
  signature: z
    .string()
    .max(SIGNATURE_MAX_CHARS)
    .regex(/^0x(?:[0-9a-fA-F]{2})+$/, { message: 'must be bytes in hexadecimal, after "0x"' }),
})

/** `200` of `POST /api/auth/wallet`; the address with the checksum of EIP-55. */
export const WalletResponse = MemberResponse.extend({ address: z.string() })
export type WalletResponse = Readonly<z.infer<typeof WalletResponse>>

/** `200` of `POST /api/auth/nonce`; `expiresAt` in epoch milliseconds. */
export const NonceResponse = z.strictObject({ nonce: z.string(), expiresAt: z.int().positive() })
export type NonceResponse = Readonly<z.infer<typeof NonceResponse>>
