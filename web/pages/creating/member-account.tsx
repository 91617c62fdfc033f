import { useWanted } from '../../parts/wanted.ts'
import { type AccountState, useAccount } from './use-account.ts'
import { useGoOn } from './use-go-on.ts'

const HEADLINES: Readonly<Record<AccountState, string>> = {
  unknown: 'One moment.',
  nobody_asked: 'You are signed in.',
  pending: 'Your account is next in line.',
  processing: 'Building your account.',
  completed: 'Your account is ready.',
  failed: 'Your account could not be built.',
  signed_out: 'You are signed out.',
}

const WORDS: Readonly<Record<AccountState, string>> = {
  unknown: 'We ask how your account is.',
  nobody_asked: 'There is no account behind it yet. It takes a moment, and you may stay.',
  pending: 'It starts by itself.',
  processing: 'This takes seconds as a rule.',
  completed: 'Taking you on…',
  failed: 'Nothing was charged. Ask again, or come back later: it is on our list.',
  signed_out: 'Your session on this device has ended.',
}

/** The account of somebody who is signed in, by a code, a wallet or somewhere else. */
export function MemberAccount() {
  const { state, problem, pending, ask } = useAccount()
  useGoOn(state === 'completed')
  const wanted = useWanted()
  return (
    <section className="card raised stack-s">
      <h2 aria-live="polite">{HEADLINES[state]}</h2>
      <p className="soft">{WORDS[state]}</p>
      {state === 'nobody_asked' || state === 'failed' ? (
        <button type="button" className="button wide" disabled={pending} onClick={ask}>
          {pending ? 'One moment…' : 'Build my account'}
        </button>
      ) : null}
      <p className="problem" role="alert">
        {problem?.message}
      </p>
      <p className="quiet-text">
        <a href={wanted}>Go on without waiting</a>
      </p>
    </section>
  )
}
