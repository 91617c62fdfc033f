import { useState } from 'react'
import type { Problem } from '../../../client/problem.ts'
import { FoyerProvider } from '../../../client/react/foyer-provider.tsx'
import { Door } from '../../parts/door.tsx'
import { foyer } from '../../parts/foyer.ts'
import { HOME } from '../../parts/wanted.ts'

/** Opening it spends nothing: mail scanners open links, and press nothing. */
export const Page = () => (
  <FoyerProvider foyer={foyer}>
    <Door title="Welcome back." lead="Everything is where you left it. One press, and you are in.">
      <Finish />
    </Door>
  </FoyerProvider>
)

type Outcome = 'asked' | 'pending' | 'done' | Problem

function Finish() {
  const [outcome, setOutcome] = useState<Outcome>('asked')
  const problem = typeof outcome === 'string' ? null : outcome
  const gone = problem?.code === 'link_expired'
  const finish = async () => {
    setOutcome('pending')
    const resumed = await foyer.resume(location.hash.slice(1))
    setOutcome(resumed.ok ? 'done' : resumed.error)
    if (!resumed.ok) return
    // Spent: neither the history nor a screenshot needs it.
    history.replaceState(null, '', location.pathname)
    location.replace(HOME)
  }
  return (
    <section className="card raised stack-s">
      <p className="soft">This confirms that the address is yours, and opens your account here.</p>
      <button
        type="button"
        className="button wide"
        disabled={outcome === 'pending' || outcome === 'done' || gone}
        onClick={() => void finish()}
      >
        Finish setup
      </button>
      <output className="note">
        {outcome === 'done' ? 'You are in. The address is proved to be yours.' : ''}
      </output>
      <p className="problem" role="alert">
        {problem === null ? '' : messageOf(problem)}
      </p>
      {gone ? (
        <a className="button wide quiet" href="/">
          Sign up again
        </a>
      ) : null}
    </section>
  )
}

const messageOf = ({ code, message }: Problem): string =>
  code === 'offline' ? 'No connection. Please try again.' : message
