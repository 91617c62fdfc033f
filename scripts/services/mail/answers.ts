import type { Wire } from '../exchange.ts'
import { type Answer, Refusal } from '../idempotency.ts'

export function success(body: unknown): Answer {
  return { status: 200, body: JSON.stringify(body) }
}

/** The one shape of Resend's errors; `name` is what programs go by. */
export function failure(statusCode: number, name: string, message: string): Answer {
  return { status: statusCode, body: JSON.stringify({ statusCode, name, message }) }
}

/** A field that the API does not accept; nothing is sent or stored. */
export function refuse(name: string, message: string): Refusal {
  return new Refusal(failure(422, name, message))
}

export const NOT_FOUND = failure(404, 'not_found', 'Email not found')

const NAMES: Record<number, string> = {
  401: 'missing_api_key',
  403: 'invalid_api_key',
  404: 'not_found',
  405: 'method_not_allowed',
  422: 'validation_error',
  429: 'rate_limit_exceeded',
  500: 'internal_server_error',
}

export const wire: Wire = {
  authorizes: (header) => /^Bearer re_\S+$/.test(header),
  unauthorized: failure(
    401,
    'missing_api_key',
    'Missing API key in the authorization header: send "Authorization: Bearer re_…".',
  ),
  keys: {
    maxLength: 256,
    tooLong: failure(
      400,
      'invalid_idempotency_key',
      'The idempotency key must be between 1 and 256 characters long.',
    ),
    reused: failure(
      409,
      'invalid_idempotent_request',
      'This idempotency key has been used with another payload. Change the key or the payload.',
    ),
    inUse: failure(
      409,
      'concurrent_idempotent_requests',
      'Another request with this idempotency key is in progress.',
    ),
    canonical(body) {
      try {
        return JSON.stringify(JSON.parse(body))
      } catch {
        return body
      }
    },
  },

  failure(status) {
    const name = NAMES[status] ?? 'application_error'
    return failure(status, name, `The mail service was told to answer ${status}.`)
  },

  toResponse(answer, headers = {}) {
    return new Response(answer.body, {
      status: answer.status,
      headers: { 'content-type': 'application/json', ...headers },
    })
  },
}
