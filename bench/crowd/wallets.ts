import { strict as assert } from 'node:assert'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'
import { printSiwe } from '../../src/core/wallet/siwe.ts'

// Q10: a thousand wallets at once against an instance on this machine, whose limits are off:
// `IP_LIMIT=off npm start`, then `node bench/crowd/wallets.ts [how many] [its address]`.

const WALLETS_MAX = 5_000
/** Connections of one process; all the others wait in line at the door. */
const AT_ONCE = 64
const POLL_MS = 500
/** After it somebody is lost. */
const PATIENCE_MS = 300_000

const wallets = Math.min(Number(process.argv[2] ?? 1_000), WALLETS_MAX)
const base = new URL(process.argv[3] ?? 'http://127.0.0.1:8787')
assert.equal(base.hostname, '127.0.0.1', 'load is for this machine only')

const limit = pLimit(AT_ONCE)

const call = <T>(schema: z.ZodType<T>, path: string, init: RequestInit = {}): Promise<T> =>
  limit(async () => {
    const response = await fetch(new URL(path, base), init)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return schema.parse(await response.json())
  })

const Nonce = z.object({ nonce: z.string() })
const SignedIn = z.object({ token: z.string(), userId: z.string() })
const Onboarded = z.object({ ok: z.literal(true), redirect: z.literal('/creating') })
const Status = z.object({ state: z.enum(['pending', 'processing', 'completed', 'failed']) })

async function signIn(): Promise<z.infer<typeof SignedIn>> {
  const wallet = privateKeyToAccount(generatePrivateKey())
  const { nonce } = await call(Nonce, '/api/auth/nonce', { method: 'POST' })
  const message = printSiwe({
    domain: base.host,
    address: wallet.address,
    uri: base.origin,
    chainId: '1',
    nonce,
    issuedAt: new Date().toISOString(),
  })
  const signature = await wallet.signMessage({ message })
  return call(SignedIn, '/api/auth/wallet', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ message, signature }),
  })
}

async function untilCompleted(headers: Readonly<Record<string, string>>): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
    const { state } = await call(Status, '/api/user/status', { headers })
    assert.notEqual(state, 'failed')
    if (state === 'completed') return
    await sleep(POLL_MS)
  }
  throw new Error('an account was not completed in time')
}

async function person(): Promise<string> {
  const { token, userId } = await signIn()
  const headers = { Authorization: `Bearer ${token}` }
  // Twice at once, as an impatient page does it.
  const onboard = () => call(Onboarded, '/api/user/onboard', { method: 'POST', headers })
  await Promise.all([onboard(), onboard()])
  await untilCompleted(headers)
  return userId
}

const Customers = z.object({
  data: z.array(z.object({ id: z.string(), metadata: z.record(z.string(), z.string()) })),
  has_more: z.boolean(),
})

/** How many customers the billing service beside the instance has, by account. */
async function customersByAccount(): Promise<ReadonlyMap<string, number>> {
  const billing = new URL('/v1/customers', base)
  billing.port = String(Number(base.port) + 2)
  billing.searchParams.set('limit', '100')
  const counts = new Map<string, number>()
  for (let more = true; more;) {
    const headers = { Authorization: 'Bearer sk_test_look' }
    const page = await call(Customers, billing.href, { headers })
    for (const { metadata } of page.data) {
      const account = metadata['foyer_user_id'] ?? ''
      counts.set(account, (counts.get(account) ?? 0) + 1)
    }
    billing.searchParams.set('starting_after', page.data.at(-1)?.id ?? '')
    more = page.has_more
  }
  return counts
}

const startedAt = performance.now()
const accounts = await Promise.all(Array.from({ length: wallets }, person))
const seconds = (performance.now() - startedAt) / 1_000
assert.equal(new Set(accounts).size, wallets, 'two wallets share an account')
const customers = await customersByAccount()
const wrong = accounts.filter((account) => customers.get(account) !== 1)
assert.deepEqual(wrong, [], 'accounts without exactly one customer')
console.log(
  `${wallets} wallets: all completed in ${seconds.toFixed(1)} s, each with one account and one customer`,
)
