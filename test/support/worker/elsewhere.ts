import { generateKeyPairSync } from 'node:crypto'
import type { Hex } from 'viem'
import { decodeFunctionData, getContractAddress, isAddressEqual, recoverAddress } from 'viem/utils'
import { z } from 'zod'
import { IDENTITY_CONTRACT } from './identity-contract.ts'

/** Who signs in people of their own; tests sign with its key. */
export const ISSUER = 'https://issuer.test/'
export const AUDIENCE = 'foyer'
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const KEY = { kid: 'outside', alg: 'ES256', use: 'sig' }
export const PRIVATE_KEY = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...KEY })

const Call = z.object({
  method: z.literal('eth_call'),
  params: z.tuple([z.object({ to: z.string(), data: z.string() }), z.string()]),
})

const ABI = [
  {
    type: 'function',
    name: 'isValidSignature',
    stateMutability: 'view',
    inputs: [
      { name: 'hash', type: 'bytes32' },
      { name: 'signature', type: 'bytes' },
    ],
    outputs: [{ name: 'magicValue', type: 'bytes4' }],
  },
] as const

const MAGIC = `0x1626ba7e${'0'.repeat(56)}`
const NO = `0xffffffff${'0'.repeat(56)}`

/** Of each key the first contract that it made is its wallet. */
async function ethCall(to: string, data: Hex): Promise<string> {
  if (to === IDENTITY_CONTRACT) return data
  const { args } = decodeFunctionData({ abi: ABI, data })
  const [hash, signature] = args
  try {
    const signer = await recoverAddress({ hash, signature })
    const wallet = getContractAddress({ from: signer, nonce: 0n })
    return isAddressEqual(wallet, to as Hex) ? MAGIC : NO
  } catch {
    return NO
  }
}

const Siteverify = z.object({
  secret: z.string(),
  response: z.string(),
  idempotency_key: z.uuid().optional(),
})

/** Under which key each token was spent. */
const spent = new Map<string, string | undefined>()

/** As Turnstile judges: tokens that begin with `good` are good once, or again under the same key. */
async function siteverify(request: Request): Promise<Response> {
  const { secret, response, idempotency_key: key } = Siteverify.parse(await request.json())
  const says = (...codes: readonly string[]) =>
    Response.json({ success: codes.length === 0, 'error-codes': codes })
  if (secret !== 'turnstile') return says('invalid-input-secret')
  if (response.startsWith('silent')) return new Promise(() => undefined)
  if (response.startsWith('broken')) return new Response('<html>', { status: 502 })
  if (!response.startsWith('good')) return says('invalid-input-response')
  if (spent.has(response) && (key === undefined || spent.get(response) !== key)) {
    return says('timeout-or-duplicate')
  }
  spent.set(response, key)
  return says()
}

/** What tests put at `/certs/<name>`. */
const certs = new Map<string, string>()

/** An issuer's keys at `/jwks.json`, those of tests at `/certs/`, and a node of a chain at `/rpc`. */
export async function elsewhere(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname.startsWith('/certs/')) {
    if (request.method === 'PUT') certs.set(pathname, await request.text())
    const keys = certs.get(pathname)
    return new Response(keys ?? null, { status: keys === undefined ? 404 : 200 })
  }
  if (pathname === '/siteverify') return siteverify(request)
  if (pathname === '/jwks.json') {
    return Response.json({ keys: [{ ...publicKey.export({ format: 'jwk' }), ...KEY }] })
  }
  if (pathname !== '/rpc') return new Response(null, { status: 404 })
  const [{ to, data }] = Call.parse(await request.json()).params
  return Response.json({ jsonrpc: '2.0', id: 1, result: await ethCall(to, data as Hex) })
}
