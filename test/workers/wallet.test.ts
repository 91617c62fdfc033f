import { describe, expect, test } from 'vitest'
import { getContractAddress } from 'viem/utils'
import {
  bearer,
  claimsOf,
  errorOf,
  eventually,
  fetchWorker,
  subjectOf,
} from '../support/worker/api.ts'
import { IDENTITY_CONTRACT } from '../support/worker/identity-contract.ts'
import {
  freshNonce,
  freshWallet,
  messageFor,
  onboard,
  postWallet,
  signIn,
  trySignIn,
  untilCompleted,
} from '../support/worker/wallet.ts'
import { entriesOf, letPass, withPast, withQueue } from '../support/worker/subject.ts'
import { customersWith, fault, rowsOfKey } from '../support/worker/outside.ts'

describe('Q7: a wallet signs in', () => {
  test('with a nonce and a signature, and its account is built when it asks', async () => {
    const wallet = freshWallet()
    const { token, refreshToken, role, address, userId } = await signIn(wallet)
    expect({ role, address }).toEqual({ role: 'member', address: wallet.address })
    expect(refreshToken).not.toBe('')

    const asked = await onboard(token)
    expect(asked.status).toBe(200)
    expect(await asked.json()).toEqual({ ok: true, state: 'pending', redirect: '/creating' })
    expect(await untilCompleted(token)).toMatchObject({ ok: true, state: 'completed' })

    const rows = await rowsOfKey(String(claimsOf(token)['key']))
    expect(rows).toMatchObject([
      { userId, kind: 'wallet', email: null, walletAddress: wallet.address, auth0UserId: null },
    ])
    expect(await customersWith(userId)).toMatchObject([
      { id: rows[0]?.stripeCustomerId, email: null },
    ])
  })

  test('and sees itself, whatever its account has come to', async () => {
    const { token, address, userId } = await signIn()
    const me = await fetchWorker('/api/me', { headers: bearer(token) })
    expect(await me.json()).toEqual({ userId, wallet: address, plan_id: 'free', profile: {} })
  })

  test('on several devices, which stay signed in beside each other', async () => {
    const wallet = freshWallet()
    const [first, second] = [await signIn(wallet), await signIn(wallet)]
    expect(second.userId).toBe(first.userId)
    for (const { token } of [first, second]) {
      expect((await fetchWorker('/api/me', { headers: bearer(token) })).status).toBe(200)
    }
  })

  test('and its refresh token brings the next ones', async () => {
    const { refreshToken, userId } = await signIn()
    const response = await fetchWorker('/api/auth/refresh', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
    })
    expect(await response.json()).toMatchObject({ role: 'member', userId })
  })
})

describe('Q7: a signature that signs nobody in', () => {
  test('X18: a nonce that was used', async () => {
    const wallet = freshWallet()
    const message = messageFor(wallet.address, await freshNonce())
    const signature = await wallet.signMessage({ message })
    expect((await postWallet(message, signature)).status).toBe(200)
    expect((await postWallet(message, signature)).status).toBe(401)
  })

  test('X18: a nonce that was used, whatever else the second message says', async () => {
    const wallet = freshWallet()
    const nonce = await freshNonce()
    const statuses = await Promise.all(
      ['one', 'two', 'three'].map(async (statement) => {
        const message = messageFor(wallet.address, nonce, { statement })
        return (await postWallet(message, await wallet.signMessage({ message }))).status
      }),
    )
    expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 401, 401])
  })

  test('a nonce of somebody else', async () => {
    const wallet = freshWallet()
    const message = messageFor(wallet.address, 'a'.repeat(64))
    const response = await postWallet(message, await wallet.signMessage({ message }))
    expect(response.status).toBe(401)
  })

  test.each([
    ['X19: for another domain', { domain: 'evil.test' }],
    ['X19: for another URI', { uri: 'https://evil.test/' }],
    ['X20: for another chain', { chainId: '137' }],
    ['X20: that has expired', { expirationTime: '2020-01-01T00:00:00Z' }],
    ['that does not count yet', { notBefore: '2100-01-01T00:00:00Z' }],
  ])('%s', async (_name, change) => {
    const response = await trySignIn(freshWallet(), change)
    expect(response.status).toBe(401)
    expect(await errorOf(response)).toMatchObject({
      code: 'unauthorized',
      message: 'This signature signs nobody in here.',
    })
  })

  test('of another wallet', async () => {
    const message = messageFor(freshWallet().address, await freshNonce())
    const response = await postWallet(message, await freshWallet().signMessage({ message }))
    expect(response.status).toBe(401)
  })

  test('of another message', async () => {
    const wallet = freshWallet()
    const message = messageFor(wallet.address, await freshNonce())
    const signature = await wallet.signMessage({ message: `${message} ` })
    expect((await postWallet(message, signature)).status).toBe(401)
  })

  test.each(['0x00', `0x${'0'.repeat(130)}`, `0x${'f'.repeat(130)}`, `0x${'a'.repeat(4_000)}`])(
    'that is none: %#',
    async (signature) => {
      const message = messageFor(freshWallet().address, await freshNonce())
      expect((await postWallet(message, signature)).status).toBe(401)
    },
  )
})

describe('Q7: a malformed message', () => {
  test.each([
    [
      'X21: a wrong checksum',
      (text: string, address: string) => text.replace(address, address.toLowerCase()),
    ],
    ['X22: a newline in the statement', (text: string) => text.replace('Sign in', 'Sign\nin')],
    ['an unknown field', (text: string) => `${text}\nRole: admin`],
    ['nothing', () => ''],
  ])('%s', async (_name, change) => {
    const wallet = freshWallet()
    const message = change(messageFor(wallet.address, await freshNonce()), wallet.address)
    const response = await postWallet(message, await wallet.signMessage({ message }))
    expect(response.status).toBe(400)
    expect((await errorOf(response)).code).toBe('validation_failed')
  })

  test.each(['', '0x', '0xzz', '0x123', 'ab'.repeat(65)])('the signature %j', async (signature) => {
    const message = messageFor(freshWallet().address, await freshNonce())
    expect((await postWallet(message, signature)).status).toBe(400)
  })
})

describe('Q7: a wallet that is a contract', () => {
  const CHAIN_WITH_NODE = { chainId: '10' }

  test('signs in when the contract says that its owner signed', async () => {
    const owner = freshWallet()
    const address = getContractAddress({ from: owner.address, nonce: 0n })
    const message = messageFor(address, await freshNonce(), CHAIN_WITH_NODE)
    const response = await postWallet(message, await owner.signMessage({ message }))
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ address, role: 'member' })
  })

  test('does not when the contract says no', async () => {
    const address = getContractAddress({ from: freshWallet().address, nonce: 0n })
    const message = messageFor(address, await freshNonce(), CHAIN_WITH_NODE)
    const response = await postWallet(message, await freshWallet().signMessage({ message }))
    expect(response.status).toBe(401)
  })

  test('does not on a chain of which no node is set', async () => {
    const owner = freshWallet()
    const address = getContractAddress({ from: owner.address, nonce: 0n })
    const message = messageFor(address, await freshNonce())
    expect((await postWallet(message, await owner.signMessage({ message }))).status).toBe(401)
  })

  test('does not when it only gives back what it was sent', async () => {
    const message = messageFor(IDENTITY_CONTRACT, await freshNonce(), CHAIN_WITH_NODE)
    const signature = await freshWallet().signMessage({ message })
    expect((await postWallet(message, signature)).status).toBe(401)
  })
})

describe('Q10: many wallets at once', () => {
  const WALLETS = 40

  test('are all completed, and none of them twice', async () => {
    const people = await Promise.all(Array.from({ length: WALLETS }, () => signIn()))
    const asked = await Promise.all(people.flatMap(({ token }) => [onboard(token), onboard(token)]))
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200]))
    for (const { token, userId } of people) {
      expect(await untilCompleted(token)).toMatchObject({ state: 'completed' })
      const rows = await rowsOfKey(String(claimsOf(token)['key']))
      expect(rows).toMatchObject([{ userId }])
      expect(await customersWith(userId)).toHaveLength(1)
    }
  })
})

describe('S7: the billing customer of a wallet', () => {
  test('is found again without an address, when Stripe has forgotten the key that made it', async () => {
    const { token, userId } = await signIn()
    const stub = subjectOf(token)
    await fault('STRIPE', { kind: 'commit_then_drop', times: 1 })
    await withQueue(stub, () => Promise.resolve())
    await onboard(token)
    await eventually('a customer whose making nobody heard of', async () => {
      const failed = (await entriesOf(stub)).some(({ type }) => type === 'pass_failed')
      return failed && (await customersWith(userId)).length === 1
    })
    await letPass(stub, 23 * 3_600_000 + 60_000)
    await withPast(stub, (entries) =>
      entries.map((entry): unknown =>
        JSON.parse(JSON.stringify(entry), (name, value: unknown) =>
          name === 'key' ? crypto.randomUUID() : value,
        ),
      ),
    )
    await withQueue(stub, null)
    await stub.wake()
    expect(await untilCompleted(token)).toMatchObject({ state: 'completed' })
    expect(await customersWith(userId)).toHaveLength(1)
  })
})
