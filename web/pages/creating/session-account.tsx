import { useState } from 'react'
import { useRun, useSnapshot } from '../../../client/react/use-snapshot.ts'
import type { RunStatus } from '../../../src/contract/onboarding.ts'
import { useWanted, via } from '../../parts/wanted.ts'
import { ConnectionWord } from './connection-word.tsx'
import { FailedBanner } from './failed-banner.tsx'
import { Steps } from './steps.tsx'
import { useGoOn } from './use-go-on.ts'
import { WorkspaceForm } from './workspace-form.tsx'

const HEADLINES: Readonly<Record<RunStatus, string>> = {
  pending: 'You are in. Your account is next in line.',
  hydrating: 'Building your account.',
  merged: 'Your account is ready.',
  failed: 'Your account could not be built.',
}

/** The account behind a sign-up. */
export function SessionAccount() {
  const run = useRun()
  const transport = useSnapshot((snapshot) => snapshot.transport)
  // Nobody is torn away from what they type.
  const [busy, setBusy] = useState(false)
  const status = run?.status ?? 'pending'
  const merged = status === 'merged'
  useGoOn(merged && !busy)
  const wanted = useWanted()
  return (
    <section className="card raised stack">
      <div className="stack-s">
        <h2 aria-live="polite">{HEADLINES[status]}</h2>
        <Steps run={run} />
        {status === 'failed' || (merged && busy) ? null : (
          <ConnectionWord transport={transport} status={status} />
        )}
      </div>
      {status === 'failed' ? <FailedBanner reason={run?.error?.message ?? null} /> : null}
      {merged && busy ? (
        <a className="button wide" href={wanted}>
          Continue
        </a>
      ) : null}
      {status === 'failed' ? null : (
        <>
          <WorkspaceForm onBusy={setBusy} />
          <p className="quiet-text">
            A code is on its way to your inbox. <a href={via('/claim', wanted)}>Enter it</a>, or{' '}
            <a href={wanted}>look around first</a>.
          </p>
        </>
      )}
    </section>
  )
}
