import { type Context, Hono } from 'hono'
import { checksummed } from '../adapters/wallet/checksummed.ts'
import { verifySignature } from '../adapters/wallet/verify-signature.ts'
import { log } from '../adapters/log.ts'
import { type NonceResponse, WalletRequest, type WalletResponse } from '../contract/wallet.ts'
import { judgeSignIn } from '../core/wallet/judge.ts'
import { NONCE_RANDOM_BYTES, issueNonce, readNonce } from '../core/wallet/nonce.ts'
import { parseSiwe } from '../core/wallet/siwe.ts'
import type { HttpEnv } from './context.ts'
import { limitByAddress } from './limit-by-address.ts'
import { memberResponse } from './member-response.ts'
import { readJson } from './read-json.ts'
import { type Refusal, refuse } from './refuse.ts'

/** `/api/auth`: people who sign in with a wallet (EIP-4361). */
export const wallet = new Hono<HttpEnv>()
  .post('/nonce', limitByAddress, async (c) => {
    const random = crypto.getRandomValues(new Uint8Array(NONCE_RANDOM_BYTES))
    const { nonce, expiresAt } = await issueNonce(c.get('services').pepper, Date.now(), random)
    return c.json({ nonce, expiresAt } satisfies NonceResponse)
  })
  .post('/wallet', limitByAddress, async (c) => {
    const body = await readJson(c, WalletRequest)
    if (!body.ok) return refuse(c, body.error)
    const { message: text, signature } = body.value
    const message = parseSiwe(text, checksummed)
    if (!message.ok) return refuse(c, malformed(message.error))
    const services = c.get('services')
    const { settings, pepper } = services
    const { address, chainId, nonce } = message.value
    const judged = judgeSignIn(message.value, {
      baseUrl: settings.PUBLIC_BASE_URL,
      chainIds: settings.WALLET_CHAIN_IDS,
      nonce: await readNonce(pepper, nonce),
      now: Date.now(),
    })
    if (!judged.ok) return refused(c, judged.error)
    const signed = { address, message: text, signature }
    const verified = await verifySignature(signed, settings.WALLET_RPC_URLS.get(chainId))
    if (!verified.ok) {
      log('warn', 'wallet.node_away', { requestId: c.get('requestId') })
      return refuse(c, NODE_AWAY)
    }
    if (!verified.value) return refused(c, 'other_signature')
    const subjectKey = await pepper.name('wallet', address.toLowerCase())
    const granted = await c.env.SUBJECTS.getByName(subjectKey).signIn({
      subjectKey,
      identity: address,
      planId: settings.DEFAULT_PLAN_ID,
      nonce,
      nonceUntil: judged.value.expiresAt,
    })
    if (granted.ok) {
      const tokens = await memberResponse(services, subjectKey, granted.value)
      return c.json({ ...tokens, address } satisfies WalletResponse)
    }
    return granted.error.code === 'rate_limited'
      ? refuse(c, { ...granted.error, message: 'Too many sign-ins with this wallet.' })
      : refused(c, granted.error.code)
  })

const malformed = (reason: string): Refusal => ({
  code: 'validation_failed',
  message: 'The request is not valid.',
  details: [{ path: 'message', message: reason }],
})

const NODE_AWAY: Refusal = {
  code: 'unavailable',
  message: 'This wallet cannot be asked at the moment.',
  retryAfterMs: 1_000,
}

/** Why is for operators: it says nothing on the wire. */
function refused(c: Context<HttpEnv>, reason: string): Response {
  log('info', 'wallet.refused', { requestId: c.get('requestId'), detail: reason })
  return refuse(c, { code: 'unauthorized', message: 'This signature signs nobody in here.' })
}
