import type { Pepper } from '../../core/pepper.ts'

const CODE_DIGITS = 8

/**
 * The code of one mail, derived and therefore stored nowhere: without the pepper nobody can know it,
 * and a repeated sending carries the same one.
 */
export async function proofCode(pepper: Pepper, mailId: string): Promise<string> {
  const mac = await pepper.mac('code', mailId)
  // 64 bits modulo 10^8: the bias is below 10^-11.
  const number = new DataView(mac.buffer).getBigUint64(0) % 10n ** BigInt(CODE_DIGITS)
  return number.toString().padStart(CODE_DIGITS, '0')
}
