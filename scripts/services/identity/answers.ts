import { STATUS_CODES } from 'node:http'
import type { Wire } from '../exchange.ts'
import { type Answer, Refusal } from '../idempotency.ts'
import type { AccessTokens } from './access-tokens.ts'

// A quiet tenant's numbers; nobody is limited here, except by a fault.
const LIMIT_PER_SECOND = 100
/** How long a caller that meets a 429 is told to wait, at least. */
const RESET_AFTER_SECONDS = 1

export function success(body: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(body) }
}

/** The one shape of the Management API's errors; `errorCode` is what programs go by. */
export function failure(statusCode: number, message: string, errorCode?: string): Answer {
  const error = STATUS_CODES[statusCode] ?? 'Error'
  return { status: statusCode, body: JSON.stringify({ statusCode, error, message, errorCode }) }
}

/** A field that the API does not accept; nothing is stored. */
export function refuse(message: string, errorCode = 'invalid_body'): Refusal {
  return new Refusal(failure(400, message, errorCode))
}

export const NO_CONTENT: Answer = { status: 204, body: '' }
export const NO_SUCH_USER = failure(404, 'The user does not exist.', 'inexistent_user')
export const USER_EXISTS = failure(409, 'The user already exists.', 'auth0_idp_error')

export const createWire = (tokens: AccessTokens): Wire => ({
  authorizes: (header) => tokens.isValid(/^Bearer (\S+)$/.exec(header)?.[1] ?? ''),
  unauthorized: failure(401, 'Invalid token', 'invalid_token'),
  keys: null,

  failure(status) {
    return status === 429
      ? failure(429, 'Global limit has been reached', 'too_many_requests')
      : failure(status, `The identity service was told to answer ${status}.`)
  },

  toResponse({ status, body }, headers = {}) {
    return new Response(status === NO_CONTENT.status ? null : body, {
      status,
      headers: { 'content-type': 'application/json', ...rateHeaders(status), ...headers },
    })
  },
})

function rateHeaders(status: number): Record<string, string> {
  const limited = status === 429
  const reset = Math.ceil(Date.now() / 1_000) + RESET_AFTER_SECONDS
  return {
    'x-ratelimit-limit': String(LIMIT_PER_SECOND),
    'x-ratelimit-remaining': limited ? '0' : String(LIMIT_PER_SECOND - 1),
    'x-ratelimit-reset': String(reset),
  }
}
