import type { FailureKind, StepFailure } from '../../contract/hydration.ts'

/** Of every failure that was a wait for the budget's permit: such time is not a provider's. */
export const NO_PERMIT_DETAIL = 'no permit in the budget'
/** Of a failure to ask for one: nothing was asked of the provider either. */
export const NO_BUDGET_DETAIL = 'the budget did not answer'

/**
 * What an HTTP status of a provider means for us. A refusal of our credentials counts as
 * `unavailable`: an operator can mend it, the person who signed up cannot.
 *
 * @param status `null`: no answer, or none in time
 */
export function failureKindOfStatus(status: number | null): FailureKind {
  if (status === null) return 'unavailable'
  if (status === 429) return 'rate_limited'
  // 409: another delivery of the same call is still under way.
  if ([401, 403, 408, 409, 425].includes(status)) return 'unavailable'
  if (status === 500) return 'unknown_outcome'
  return status > 500 ? 'unavailable' : 'rejected'
}

/** @param retryAfter the header of that name; only its form in seconds is understood */
export function providerFailure(
  provider: string,
  status: number | null,
  code: string,
  retryAfter?: string | null,
): StepFailure {
  const seconds = /^\d{1,5}$/.test(retryAfter ?? '') ? Number(retryAfter) : null
  return {
    kind: failureKindOfStatus(status),
    detail: `${provider} ${status ?? 'no answer'} ${code}`.trimEnd(),
    ...(seconds === null ? {} : { retryAfterMs: seconds * 1_000 }),
  }
}
