import { randomBytes } from 'node:crypto'
import type { Wire } from '../exchange.ts'
import { type Answer, Refusal } from '../idempotency.ts'

export interface StripeError {
  readonly type: 'api_error' | 'invalid_request_error' | 'idempotency_error'
  readonly message: string
  readonly code?: string
  readonly param?: string
}

export function success(body: unknown): Answer {
  return { status: 200, body: JSON.stringify(body, undefined, 2) }
}

export function failure(status: number, error: StripeError): Answer {
  return { status, body: JSON.stringify({ error }, undefined, 2) }
}

/** A parameter that the API does not accept; execution has not begun. */
export function refuse(param: string, message: string, code: string): Refusal {
  return new Refusal(failure(400, { type: 'invalid_request_error', message, code, param }))
}

export function noSuch(
  kind: 'customer' | 'subscription',
  id: string,
  status: 400 | 404,
  param: string,
): Answer {
  return failure(status, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${kind}: '${id}'`,
    param,
  })
}

export const wire: Wire = {
  authorizes: (header) => /^Bearer sk_\S+$/.test(header),
  unauthorized: failure(401, {
    type: 'invalid_request_error',
    message: 'You did not provide an API key: send "Authorization: Bearer sk_…".',
  }),
  keys: {
    maxLength: 255,
    tooLong: failure(400, {
      type: 'idempotency_error',
      message: 'Idempotency keys may be up to 255 characters long.',
    }),
    reused: failure(400, {
      type: 'idempotency_error',
      message:
        'Keys for idempotent requests can only be used with the same parameters they were first used with.',
    }),
    inUse: failure(409, {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: 'There is currently another in-progress request using this idempotency key.',
    }),
    canonical(body) {
      const parameters = new URLSearchParams(body)
      parameters.sort()
      return parameters.toString()
    },
  },

  failure(status) {
    if (status === 429) {
      const message = 'Too many requests hit the API too quickly.'
      return failure(429, { type: 'invalid_request_error', code: 'rate_limit', message })
    }
    const type = status >= 500 ? 'api_error' : 'invalid_request_error'
    return failure(status, { type, message: `The billing service was told to answer ${status}.` })
  },

  toResponse(answer, headers = {}) {
    return new Response(answer.body, {
      status: answer.status,
      headers: {
        'content-type': 'application/json',
        'request-id': `req_${randomBytes(7).toString('hex')}`,
        ...headers,
      },
    })
  },
}
