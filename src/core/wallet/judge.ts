import { type Result, fail, ok } from '../../contract/result.ts'
import type { Nonce } from './nonce.ts'
import { momentOf } from './rfc3339.ts'
import type { SiweMessage } from './siwe.ts'

/** Wallets write the time of their own clock; one that is further off shows another message. */
const CLOCKS_APART_MS = 10 * 60_000

/** Why a message of the right form signs nobody in; for logs, the wire says only that it does not. */
export type SignInRefusal =
  | 'other_domain'
  | 'other_uri'
  | 'other_chain'
  | 'foreign_nonce'
  | 'expired_nonce'
  | 'not_yet_valid'
  | 'expired'
  | 'other_time'

export interface SignInRules {
  /** Where people reach us: no message for another place counts here. */
  readonly baseUrl: string
  readonly chainIds: readonly string[]
  /** What the message's nonce says; `null`: it is not ours. */
  readonly nonce: Nonce | null
  /** Epoch milliseconds. */
  readonly now: number
}

/** Everything about a message that can be judged without its signature. */
export function judgeSignIn(
  message: SiweMessage,
  { baseUrl, chainIds, nonce, now }: SignInRules,
): Result<Nonce, SignInRefusal> {
  const base = new URL(baseUrl)
  if (message.domain !== base.host) return fail('other_domain')
  if (message.scheme !== undefined && `${message.scheme}:` !== base.protocol) {
    return fail('other_domain')
  }
  if (!isOf(message.uri, base)) return fail('other_uri')
  if (!chainIds.includes(message.chainId)) return fail('other_chain')
  if (nonce === null) return fail('foreign_nonce')
  if (now >= nonce.expiresAt) return fail('expired_nonce')
  return judgeTimes(message, nonce, now)
}

/** By the text: a parser of URLs would understand more than what the person was shown. */
const isOf = (uri: string, { origin }: URL): boolean =>
  uri.startsWith(origin) && /^(?:$|[/?#])/.test(uri.slice(origin.length))

function judgeTimes(
  { issuedAt, notBefore, expirationTime }: SiweMessage,
  nonce: Nonce,
  now: number,
): Result<Nonce, SignInRefusal> {
  const at = momentOf(issuedAt)
  const from = notBefore === undefined ? null : momentOf(notBefore)
  const until = expirationTime === undefined ? null : momentOf(expirationTime)
  if (at === null || at < nonce.issuedAt - CLOCKS_APART_MS || at > now + CLOCKS_APART_MS) {
    return fail('other_time')
  }
  if (from !== null && now < from) return fail('not_yet_valid')
  if (until !== null && (now >= until || until <= at)) return fail('expired')
  return ok(nonce)
}
