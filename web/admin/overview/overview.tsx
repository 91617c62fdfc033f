import { useState } from 'react'
import type { OverviewQuery, OverviewResponse } from '../../../src/contract/overview.ts'
import { Loaded } from '../parts/panel.tsx'
import { CALM_MS, useLive } from '../use-live.ts'
import { Funnel } from './funnel.tsx'
import { Hours } from './hours.tsx'
import { Latencies } from './latencies.tsx'
import { Ledger } from './ledger.tsx'
import { Now } from './now.tsx'
import { Work } from './work.tsx'

type Window = OverviewQuery['window']

/** What the person on call looks at first. */
export function Overview() {
  const [window, setWindow] = useState<Window>('day')
  const overview = useLive<OverviewResponse>(`/overview?window=${window}`, CALM_MS)
  return (
    <>
      <Now />
      <WindowChoice window={window} choose={setWindow} />
      <Loaded of={overview}>
        {(known) => (
          <>
            <div className="grid-2">
              <Funnel overview={known} />
              <Work overview={known} />
            </div>
            <Latencies overview={known} />
            <Hours hours={known.hours} />
          </>
        )}
      </Loaded>
      <Ledger />
    </>
  )
}

const WINDOWS: Readonly<Record<Window, string>> = { day: '24 hours', week: '7 days' }

const WindowChoice = (props: {
  readonly window: Window
  readonly choose: (window: Window) => void
}) => (
  <fieldset className="window-choice row">
    <legend className="only-read">How far back</legend>
    {(['day', 'week'] as const).map((window) => (
      <button
        key={window}
        type="button"
        className="button quiet"
        aria-pressed={window === props.window}
        onClick={() => props.choose(window)}
      >
        {WINDOWS[window]}
      </button>
    ))}
  </fieldset>
)
