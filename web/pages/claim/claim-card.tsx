import { type SubmitEvent, useEffect, useState } from 'react'
import type { Problem } from '../../../client/problem.ts'
import { useClaim } from '../../../client/react/use-claim.ts'
import { usePerson } from '../../../client/react/use-snapshot.ts'
import { Field } from '../../parts/field.tsx'
import { useWanted, via, wantedPage } from '../../parts/wanted.ts'
import { CodeMail } from './code-mail.tsx'

/** As the mail prints it, with or without what stands between the groups. */
const CODE = /^\s*(?:\d[\s-]*){8}$/

/** The code, and what to do when it does not come or does not fit. */
export function ClaimCard() {
  const person = usePerson()
  const { pending, problem, claim, mail } = useClaim()
  const [malformed, setMalformed] = useState(false)
  const wanted = useWanted()
  const isMember = person.kind === 'member'
  useEffect(() => {
    if (isMember) location.replace(wantedPage())
  }, [isMember])
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const code = new FormData(event.currentTarget).get('code')
    if (typeof code !== 'string') return
    setMalformed(!CODE.test(code))
    if (CODE.test(code)) claim(code)
  }
  if (isMember) return <Proved wanted={wanted} />
  return (
    <section className="card raised stack">
      {/* As on the first page: before its script has come a press puts no code into the URL. */}
      <form className="stack-s" method="dialog" onSubmit={submit} noValidate>
        <Field
          label="Code from the mail"
          name="code"
          className="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          placeholder="1234 5678"
          maxLength={24}
          hint={person.kind === 'session' ? `Sent to ${person.email}.` : 'Sent to your address.'}
          problem={malformed ? 'The code has eight digits.' : wordsOf(problem)}
        />
        <button type="submit" className="button wide" disabled={pending}>
          {pending ? 'One moment…' : 'Confirm address'}
        </button>
        {isSpent(problem) ? (
          <p className="quiet-text">
            Open the link in the mail instead, or <a href={via('/', wanted)}>sign up anew</a>.
          </p>
        ) : null}
      </form>
      <CodeMail mail={mail} />
    </section>
  )
}

const Proved = ({ wanted }: { readonly wanted: string }) => (
  <section className="card raised stack-s">
    <h2>You are in.</h2>
    <p className="soft">The address is proved to be yours.</p>
    <a className="button wide" href={wanted}>
      Go on
    </a>
  </section>
)

const WORDS: Readonly<Partial<Record<Problem['code'], string>>> = {
  offline: 'No connection. The code is still good: try again in a moment.',
  code_invalid: 'This code is not right, or too old. Look for the newest mail.',
  rate_limited: 'Too many requests from here. Wait a minute, and try again.',
}

const SPENT = 'Too many tries. The link in the mail still works.'

/** All tries of a code are used up; a limit that names a time only asks to wait. */
const isSpent = (problem: Problem | null): boolean =>
  problem?.code === 'rate_limited' && problem.retryAfterMs === undefined

function wordsOf(problem: Problem | null): string | null {
  if (problem === null) return null
  return isSpent(problem) ? SPENT : (WORDS[problem.code] ?? problem.message)
}
