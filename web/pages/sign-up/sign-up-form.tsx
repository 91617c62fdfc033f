import { type SubmitEventHandler, useEffect, useRef } from 'react'
import type { Problem } from '../../../client/problem.ts'
import { usePerson } from '../../../client/react/use-snapshot.ts'
import { Field } from '../../parts/field.tsx'

const PLANS = [
  ['free', 'Free'],
  ['pro', 'Pro'],
  ['team', 'Team'],
] as const

interface SignUpFormProps {
  readonly hidden: boolean
  readonly problem: Problem | null
  readonly onSubmit: SubmitEventHandler<HTMLFormElement>
}

/** Stays on the page while the greeting is shown: what was typed is still there if it is taken back. */
export function SignUpForm({ hidden, problem, onSubmit }: SignUpFormProps) {
  const form = useRef<HTMLFormElement>(null)
  useSameAddressAgain(form)
  useEffect(() => {
    if (problem !== null) form.current?.querySelector('input')?.focus()
  }, [problem])
  const aboutEmail = problem?.details?.find(({ path }) => path === 'email')?.message
  return (
    // Before its script has come a press does nothing: else it would put the address into the URL.
    <form ref={form} className="stack" method="dialog" hidden={hidden} onSubmit={onSubmit}>
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="email"
        placeholder="you@company.com"
        required
        problem={aboutEmail === undefined ? null : `This address ${aboutEmail}.`}
      />
      <fieldset className="choices">
        <legend>Plan</legend>
        <div>
          {PLANS.map(([id, name]) => (
            <label className="choice" key={id}>
              <input type="radio" name="plan" value={id} defaultChecked={id === 'free'} />
              <span>{name}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {problem === null || aboutEmail !== undefined ? null : (
        <p className="problem" role="alert">
          {messageOf(problem)}
        </p>
      )}
      <button type="submit" className="button wide">
        Create account
      </button>
      <p className="quiet-text">No password, no card. We mail you a code to confirm the address.</p>
    </form>
  )
}

const messageOf = ({ code, message }: Problem): string =>
  code === 'offline'
    ? 'We could not reach the server. What you typed is still here: press the button again when you are back.'
    : message

/** After a sign-up that failed: an address in the URL would be in every log on the way. */
function useSameAddressAgain(form: React.RefObject<HTMLFormElement | null>): void {
  const person = usePerson()
  const email = person.kind === 'session' ? person.email : null
  useEffect(() => {
    const input = form.current?.querySelector('input')
    if (email === null || !input || input.value !== '') return
    if (new URLSearchParams(location.search).has('again')) input.value = email
  }, [email, form])
}
