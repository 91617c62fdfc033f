import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { type HttpServer, listen } from '../../scripts/services/http-server.ts'
import { verifySignature } from '../../src/adapters/wallet/verify-signature.ts'

const MAGIC = `0x1626ba7e${'0'.repeat(56)}`
const key = privateKeyToAccount(generatePrivateKey())
const message = 'what was shown'

let node: HttpServer
let answer: () => Response = () => Response.error()
const asked: unknown[] = []

beforeAll(async () => {
  node = await listen(async (request) => {
    asked.push(await request.json())
    return answer()
  }, 0)
})
afterAll(() => node.close())

const result = (value: unknown) => () => Response.json({ jsonrpc: '2.0', id: 1, result: value })
const failure = (code: number) => () =>
  Response.json({ jsonrpc: '2.0', id: 1, error: { code, message: 'as asked' } })

const CONTRACT = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'

const verify = (change: Partial<Parameters<typeof verifySignature>[0]>, rpc = true) =>
  verifySignature(
    { address: CONTRACT, message, signature: '0x00', ...change },
    rpc ? `http://127.0.0.1:${node.port}/` : undefined,
  )

describe('Q7: the signature of a wallet with a key', () => {
  test('is known by itself: nobody is asked', async () => {
    asked.length = 0
    const signature = await key.signMessage({ message })
    expect(await verify({ address: key.address, signature })).toEqual({ ok: true, value: true })
    expect(asked).toEqual([])
  })

  test('of another message is none', async () => {
    const signature = await key.signMessage({ message: 'something else' })
    const verified = await verify({ address: key.address, signature }, false)
    expect(verified).toEqual({ ok: true, value: false })
  })
})

describe('Q7: the signature of a contract', () => {
  test.each<readonly [string, () => Response, unknown]>([
    ['the magic value', result(MAGIC), { ok: true, value: true }],
    [
      'the magic value in capitals',
      result(MAGIC.toUpperCase().replace('0X', '0x')),
      { ok: true, value: true },
    ],
    ['another value', result(`0xffffffff${'0'.repeat(56)}`), { ok: true, value: false }],
    ['nothing, since there is no contract', result('0x'), { ok: true, value: false }],
    ['the magic value alone', result('0x1626ba7e'), { ok: true, value: false }],
    ['the magic value and more', result(`${MAGIC}00`), { ok: true, value: false }],
    [
      'the magic value before other bytes',
      result(`0x1626ba7e${'1'.repeat(56)}`),
      { ok: true, value: false },
    ],
    [
      'true, as a contract of another kind',
      result(`0x${'0'.repeat(63)}1`),
      { ok: true, value: false },
    ],
    ['a revert', failure(3), { ok: true, value: false }],
    ['a revert, as older nodes say it', failure(-32_000), { ok: true, value: false }],
    ['that there were too many requests', failure(-32_005), { ok: false, error: 'unavailable' }],
    ['something else', () => Response.json({}), { ok: false, error: 'unavailable' }],
    ['a page of a proxy', () => new Response('<html>'), { ok: false, error: 'unavailable' }],
    ['not at all', () => Response.error(), { ok: false, error: 'unavailable' }],
  ])('when the node answers %s', async (_name, answers, expected) => {
    answer = answers
    expect(await verify({})).toEqual(expected)
  })

  test('counts only from the contract that is there: nothing is deployed to ask it', async () => {
    asked.length = 0
    answer = result('0x')
    // As ERC-6492 wraps a signature of a contract that does not exist yet.
    const wrapped = `0x${'00'.repeat(96)}${'6492'.repeat(16)}`
    expect(await verify({ signature: wrapped })).toEqual({ ok: true, value: false })
    expect(asked).toMatchObject([{ method: 'eth_call', params: [{ to: CONTRACT }, 'latest'] }])
  })

  test("is nobody's where no node is set", async () => {
    answer = result(MAGIC)
    expect(await verify({}, false)).toEqual({ ok: true, value: false })
  })
})
