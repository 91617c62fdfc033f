import { useState } from 'react'
import type { ErrorBody } from '../../../src/contract/errors.ts'
import { Door } from '../../parts/door.tsx'

export const Page = () => (
  <Door
    title="No more mails?"
    lead="You will not be asked back to this sign-up again. A code that you ask for yourself still comes."
  >
    <Stop />
  </Door>
)

/** A status after which pressing again would be in vain. */
const GONE = 410

type Outcome = 'asked' | 'pending' | 'done' | { readonly problem: string; readonly gone: boolean }

function Stop() {
  const [outcome, setOutcome] = useState<Outcome>('asked')
  const problem = typeof outcome === 'string' ? null : outcome
  const stop = async () => {
    setOutcome('pending')
    setOutcome(await unsubscribe(location.hash.slice(1)))
  }
  return (
    <section className="card raised stack-s">
      <button
        type="button"
        className="button wide"
        disabled={outcome === 'pending' || outcome === 'done' || problem?.gone === true}
        onClick={() => void stop()}
      >
        Stop these mails
      </button>
      <output className="note">
        {outcome === 'done' ? 'Done. There will be no more of these.' : ''}
      </output>
      <p className="problem" role="alert">
        {problem?.problem}
      </p>
    </section>
  )
}

async function unsubscribe(token: string): Promise<Outcome> {
  const address = `/api/onboarding/unsubscribe?token=${token}`
  const response = await fetch(address, { method: 'POST' }).catch(() => null)
  if (response?.ok) {
    history.replaceState(null, '', location.pathname)
    return 'done'
  }
  const body = (await response?.json().catch(() => null)) as Partial<ErrorBody> | null | undefined
  return {
    problem: body?.error?.message ?? 'No connection. Please try again.',
    gone: response?.status === GONE,
  }
}
