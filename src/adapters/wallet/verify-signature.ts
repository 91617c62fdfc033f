import { encodeFunctionData, getAddress, hashMessage, pad, recoverAddress } from 'viem/utils'
import type { Address, Hex } from 'viem'
import { z } from 'zod'
import { type Result, fail, ok } from '../../contract/result.ts'

/** People wait for it; a node answers within a fraction of that. */
const CALL_TIMEOUT_MS = 5_000
/** Two words of 32 bytes and the recovery id. */
const PLAIN_SIGNATURE = /^0x[0-9a-f]{130}$/i

/** ERC-1271. */
const IS_VALID_SIGNATURE = {
  type: 'function',
  name: 'isValidSignature',
  stateMutability: 'view',
  inputs: [
    { name: 'hash', type: 'bytes32' },
    { name: 'signature', type: 'bytes' },
  ],
  outputs: [{ name: 'magicValue', type: 'bytes4' }],
} as const
/** The one right answer as a whole word: some contracts only give back what they were sent. */
const MAGIC_VALUE = pad('0x1626ba7e', { dir: 'right', size: 32 })

export interface Signed {
  /** With its checksum. */
  readonly address: string
  readonly message: string
  readonly signature: string
}

/**
 * Whether this wallet signed this message (EIP-191). A key is known by the signature itself. A
 * contract is asked (ERC-1271), and only one that is there: signatures that would first deploy their
 * contract (ERC-6492) count for nothing.
 *
 * @param rpcUrl of a node of the message's chain; absent: contracts sign nobody in
 * @returns `unavailable`: the node could not be asked
 */
export async function verifySignature(
  { address, message, signature }: Signed,
  rpcUrl: string | undefined,
): Promise<Result<boolean, 'unavailable'>> {
  const hash = hashMessage(message)
  const wallet = getAddress(address)
  if (await isSignedByKey(wallet, hash, asHex(signature))) return ok(true)
  return rpcUrl === undefined
    ? ok(false)
    : isSignedByContract(wallet, hash, asHex(signature), rpcUrl)
}

async function isSignedByKey(wallet: Address, hash: Hex, signature: Hex): Promise<boolean> {
  if (!PLAIN_SIGNATURE.test(signature)) return false
  try {
    return (await recoverAddress({ hash, signature })) === wallet
  } catch {
    // No point of the curve.
    return false
  }
}

/** A call that fails in the contract is an answer, and the answer is no. */
const Answer = z.union([
  z.object({ result: z.string() }),
  z.object({ error: z.object({ code: z.int() }) }),
])

async function isSignedByContract(
  to: Address,
  hash: Hex,
  signature: Hex,
  rpcUrl: string,
): Promise<Result<boolean, 'unavailable'>> {
  const data = encodeFunctionData({ abi: [IS_VALID_SIGNATURE], args: [hash, signature] })
  try {
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'eth_call',
        params: [{ to, data }, 'latest'],
      }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    })
    const answer = Answer.parse(await response.json())
    if ('error' in answer) return isRevert(answer.error.code) ? ok(false) : fail('unavailable')
    return ok(answer.result.toLowerCase() === MAGIC_VALUE)
  } catch {
    return fail('unavailable')
  }
}

/** 3: execution reverted, as every node says; -32000: the same as some say it, or out of gas. */
const isRevert = (code: number): boolean => code === 3 || code === -32_000

const asHex = (text: string): Hex => `0x${text.replace(/^0x/, '')}`
