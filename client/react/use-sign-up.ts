import { startTransition, useActionState, useCallback, useOptimistic, useRef } from 'react'
import type { SignUp } from '../foyer.ts'
import type { Problem } from '../problem.ts'
import { useFoyer } from './use-foyer.ts'
import { useSnapshot } from './use-snapshot.ts'

export interface SigningUp {
  /** To be greeted: from the press on, before any answer; `null` again if nothing comes of it. */
  readonly email: string | null
  readonly pending: boolean
  /** Why the last one failed; gone as soon as the next is under way. */
  readonly problem: Problem | null
  /** A second press while the first is under way is the same press. */
  readonly signUp: (intention: SignUp) => void
}

/**
 * Instant sign-up. Call it from `onSubmit`, not as a form's `action`: React empties a form after its
 * action, also of what was refused and only needs a letter mended.
 */
export function useSignUp(): SigningUp {
  const foyer = useFoyer()
  const known = useSnapshot(({ person }) => (person.kind === 'session' ? person.email : null))
  const [email, greet] = useOptimistic<string | null, string>(known, (_known, typed) => typed)
  const underWay = useRef(false)
  const [problem, dispatch, pending] = useActionState<Problem | null, SignUp>(
    async (_previous, intention) => {
      greet(intention.email)
      const result = await foyer.signUp(intention)
      underWay.current = false
      return result.ok ? null : result.error
    },
    null,
  )
  const signUp = useCallback(
    (intention: SignUp) => {
      if (underWay.current) return
      underWay.current = true
      startTransition(() => dispatch(intention))
    },
    [dispatch],
  )
  return { email, pending, problem: pending ? null : problem, signUp }
}
