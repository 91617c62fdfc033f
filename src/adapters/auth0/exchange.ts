import { z } from 'zod'
import type { StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { providerFailure } from '../../core/hydration/failure.ts'

/** Auth0 answers within a second or not for a while; three in a row still end within the lease. */
const CALL_TIMEOUT_MS = 3_000

/** Auth0's own names for what went wrong. Its messages may quote the address, these do not. */
const Problem = z.object({ errorCode: z.string().regex(/^[a-z_]{1,40}$/) })

export interface Auth0Answer {
  readonly status: number
  /** Parsed JSON; `null` when there was none. */
  readonly body: unknown
}

/**
 * One HTTP exchange with Auth0. Never throws for what Auth0 does.
 *
 * @param understood the statuses that are answers to the caller; any other one is a failure
 */
export async function exchange(
  url: string,
  init: RequestInit,
  understood: readonly number[],
): Promise<Result<Auth0Answer, StepFailure>> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) })
    // Read to the end in any case: an unread body keeps one of the invocation's few connections.
    const body = parseJson(await response.text())
    if (understood.includes(response.status)) return ok({ status: response.status, body })
    const code = Problem.safeParse(body).data?.errorCode ?? ''
    const wait = waitSeconds(response, Date.now())
    return fail(providerFailure('auth0', response.status, code, wait))
  } catch (error) {
    return fail(providerFailure('auth0', null, error instanceof Error ? error.name : ''))
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * Auth0 names the moment (epoch seconds) at which calls are allowed again, with every answer; only
 * with a 429 does it mean us. Proxies name the seconds.
 */
function waitSeconds({ status, headers }: Response, now: number): string | null {
  const seconds = headers.get('retry-after')
  const reset = headers.get('x-ratelimit-reset') ?? ''
  if (seconds !== null || status !== 429 || !/^\d+$/.test(reset)) return seconds
  return String(Math.max(0, Math.ceil(Number(reset) - now / 1_000)))
}
