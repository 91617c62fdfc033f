import type { PrivateKeyAccount } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { type SiweMessage, printSiwe } from '../../../src/core/wallet/siwe.ts'
import type { NonceResponse, WalletResponse } from '../../../src/contract/wallet.ts'
import { bearer, eventually, fetchWorker } from './api.ts'

export const freshWallet = (): PrivateKeyAccount => privateKeyToAccount(generatePrivateKey())

export async function freshNonce(): Promise<string> {
  const response = await fetchWorker('/api/auth/nonce', { method: 'POST' })
  if (!response.ok) throw new Error(`nonce: ${response.status}`)
  return (await response.json<NonceResponse>()).nonce
}

/** What a page of ours has a wallet sign. */
export const messageFor = (
  address: string,
  nonce: string,
  change: Partial<SiweMessage> = {},
): string =>
  printSiwe({
    domain: 'foyer.test',
    address,
    statement: 'Sign in to Foyer.',
    uri: 'https://foyer.test/',
    chainId: '1',
    nonce,
    issuedAt: new Date().toISOString(),
    ...change,
  })

export const postWallet = (message: string, signature: string): Promise<Response> =>
  fetchWorker('/api/auth/wallet', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ message, signature }),
  })

/** Asks for a nonce, has it signed, and posts what was signed. */
export async function trySignIn(
  wallet: PrivateKeyAccount,
  change: Partial<SiweMessage> = {},
): Promise<Response> {
  const message = messageFor(wallet.address, await freshNonce(), change)
  return postWallet(message, await wallet.signMessage({ message }))
}

/** A sign-in that must be accepted. */
export async function signIn(wallet = freshWallet()): Promise<WalletResponse> {
  const response = await trySignIn(wallet)
  if (!response.ok) throw new Error(`wallet: ${response.status} ${await response.text()}`)
  return response.json<WalletResponse>()
}

export const onboard = (token: string): Promise<Response> =>
  fetchWorker('/api/user/onboard', { method: 'POST', headers: bearer(token) })

export const getStatus = (token: string): Promise<Response> =>
  fetchWorker('/api/user/status', { headers: bearer(token) })

export interface Status {
  readonly ok: true
  readonly state: string
  readonly enqueuedAt: number
}

export const untilCompleted = (token: string): Promise<Status> =>
  eventually('the end of the run', async () => {
    const status = await (await getStatus(token)).json<Status>()
    return (status.state === 'completed' || status.state === 'failed') && status
  })
