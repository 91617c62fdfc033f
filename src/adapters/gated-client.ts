import type { StepFailure } from '../contract/hydration.ts'
import { fail, ok } from '../contract/result.ts'
import type { CallGate } from './call-gate.ts'

/** No call was made; what the gate said of it. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused'
  readonly failure: StepFailure

  constructor(failure: StepFailure) {
    super(failure.detail)
    this.failure = failure
  }
}

/**
 * Makes the calls of a client that throws go through a gate. What the client throws is thrown on as
 * it was, since its caller understands more of it than a gate needs.
 *
 * @param failureOf what a throw of the client tells about the provider
 */
export const gatedClient =
  (gate: CallGate, failureOf: (error: unknown) => StepFailure) =>
  async <T>(call: () => Promise<T>): Promise<T> => {
    const thrown: unknown[] = []
    const result = await gate(async () => {
      try {
        return ok(await call())
      } catch (error) {
        thrown.push(error)
        return fail(failureOf(error))
      }
    })
    if (result.ok) return result.value
    throw thrown.length > 0 ? thrown[0] : new CallRefused(result.error)
  }
