import type { ErrorBody } from '../src/contract/errors.ts'
import { type Result, fail, ok } from '../src/contract/result.ts'
import { OFFLINE, type Problem } from './problem.ts'

/** Mobile networks hang rather than fail; the server itself answers within a few seconds. */
const EXCHANGE_TIMEOUT_MS = 15_000
/** Whoever asks for more is not the server, and timers that are far too long fire at once. */
const RETRY_AFTER_MAX_MS = 3_600_000
const NO_CONTENT = 204
const TOO_MANY = 429

export interface Call<T> {
  readonly path: string
  readonly method?: 'POST' | 'PATCH'
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** It outlives the page. */
  readonly keepalive?: boolean
  /** Absent: none, since nothing of ours is in a cookie. */
  readonly credentials?: RequestCredentials
  /** Of all of it, also of reading the answer. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Absent: JSON. Whatever it throws is an answer that was lost. */
  readonly read?: (answer: Response) => Promise<T>
}

/**
 * One request to the server.
 *
 * @param token absent: for everybody
 * @returns what it answered; any refusal as a problem. The fields are the server's, which is built from
 *   the same contract, so that no parser is loaded; only that it is an object at all is looked at, since
 *   a hotel's network answers for us with a page of its own.
 */
export async function request<T>(
  baseUrl: string,
  call: Call<T>,
  token?: string,
): Promise<Result<T, Problem>> {
  const { method = 'GET', body, headers, keepalive = false, signal, read = readJson<T> } = call
  const { credentials = 'omit' } = call
  const end = new AbortController()
  const abort = () => end.abort()
  const timer = setTimeout(abort, call.timeoutMs ?? EXCHANGE_TIMEOUT_MS)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  try {
    const response = await fetch(`${baseUrl}${call.path}`, {
      method,
      headers: {
        ...(body && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      credentials,
      keepalive,
      signal: end.signal,
    })
    return response.ok ? ok(await read(response)) : fail(await problemIn(response))
  } catch {
    return fail(OFFLINE)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

/** @throws if it is not ours */
async function readJson<T>(response: Response): Promise<T> {
  if (response.status === NO_CONTENT) return null as T
  const body: unknown = await response.json()
  if (typeof body !== 'object' || body === null) throw new TypeError('no object')
  return body as T
}

async function problemIn(response: Response): Promise<Problem> {
  const body = await readJson<Partial<ErrorBody>>(response).catch((): Partial<ErrorBody> => ({}))
  const seconds = Number(response.headers.get('Retry-After') ?? 'none')
  const wait = seconds >= 0 && { retryAfterMs: Math.min(seconds * 1_000, RETRY_AFTER_MAX_MS) }
  if (typeof body.error?.code === 'string') return { ...body.error, ...wait }
  // Whoever stands between us and the server.
  return {
    code: response.status === TOO_MANY ? 'rate_limited' : 'unavailable',
    message: 'Something went wrong on our side. Please try again.',
    ...wait,
  }
}
