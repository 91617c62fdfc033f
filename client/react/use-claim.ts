import { useCallback } from 'react'
import { ok } from '../../src/contract/result.ts'
import type { Problem } from '../problem.ts'
import { useCall } from './use-call.ts'
import { useFoyer } from './use-foyer.ts'

export interface Claiming {
  readonly pending: boolean
  /** Why the last code was not taken. */
  readonly problem: Problem | null
  /** Whether it was; from then on `usePerson` says `member`. */
  readonly claimed: boolean
  /** @param code eight digits, with or without a space between */
  readonly claim: (code: string) => void
  /** The mail with the code, asked for again. */
  readonly mail: {
    readonly pending: boolean
    readonly problem: Problem | null
    readonly sent: boolean
    readonly request: () => void
  }
}

/** Proof that the address is theirs, by the code that was mailed to it. */
export function useClaim(): Claiming {
  const foyer = useFoyer()
  const claim = useCall(useCallback((code: string) => foyer.claim(code), [foyer]))
  const mail = useCall<void, true>(
    useCallback(async () => {
      const result = await foyer.requestCode()
      return result.ok ? ok(true) : result
    }, [foyer]),
  )
  return {
    pending: claim.pending,
    problem: claim.problem,
    claimed: claim.value !== null,
    claim: claim.start,
    mail: {
      pending: mail.pending,
      problem: mail.problem,
      sent: mail.value !== null,
      request: mail.start,
    },
  }
}
