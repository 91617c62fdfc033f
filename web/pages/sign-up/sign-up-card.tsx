import { type SubmitEvent, useEffect, useState } from 'react'
import { useSignUp } from '../../../client/react/use-sign-up.ts'
import { via, wantedPage } from '../../parts/wanted.ts'
import { readIntention } from './intention.ts'
import { SignUpForm } from './sign-up-form.tsx'

/** Greets at the press of the button, and takes the greeting back if nothing comes of it. */
export function SignUpCard() {
  const { email, pending, problem, signUp } = useSignUp()
  const [pressed, setPressed] = useState(false)
  const accepted = pressed && !pending && problem === null && email !== null
  useEffect(() => {
    if (accepted) location.assign(via('/creating', wantedPage()))
  }, [accepted])
  useEffect(() => {
    // Back from the next page, as it was left: the form is for somebody else now.
    const shown = ({ persisted }: PageTransitionEvent) => persisted && setPressed(false)
    addEventListener('pageshow', shown)
    return () => removeEventListener('pageshow', shown)
  }, [])

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setPressed(true)
    signUp(readIntention(new FormData(event.currentTarget)))
  }
  const greeted = pending || accepted ? email : null
  return (
    <div className="card raised">
      {greeted === null ? null : <Welcome email={greeted} />}
      <SignUpForm hidden={greeted !== null} problem={problem} onSubmit={submit} />
    </div>
  )
}

const Welcome = ({ email }: { readonly email: string }) => (
  <div className="stack-s" aria-live="polite">
    <h2>Welcome.</h2>
    <p>
      You are in as <strong>{email}</strong>.
    </p>
    <p className="soft">Opening the door…</p>
  </div>
)
