import type { OverviewResponse } from '../../../src/contract/overview.ts'
import { count, share, words } from '../format.ts'
import { Figure, Figures } from '../parts/figures.tsx'
import { Panel } from '../parts/panel.tsx'

/** How far the sign-ups of the window have come, and who came back. */
export function Funnel({ overview }: { readonly overview: OverviewResponse }) {
  const { funnel, recovery, unfinished } = overview
  const all = Math.max(1, funnel[0]?.reached ?? 0)
  return (
    <Panel title="Sign-ups" about="How far those who began in this time have come.">
      <ol className="funnel">
        {funnel.map(({ step, reached, dropoff }) => (
          <li key={step}>
            <span>{step}</span>
            <progress max={all} value={reached} aria-label={step} />
            <strong className="number">{count(reached)}</strong>
            <span className="quiet-text">{dropoff === null ? '' : `−${share(dropoff)}`}</span>
          </li>
        ))}
      </ol>
      <Figures>
        <Figure
          label="Came back when asked"
          value={share(recovery.rate)}
          note={`${count(recovery.recovered)} of ${count(recovery.invited)}`}
        />
        {unfinished.map(({ droppedAt, count: left }) => (
          <Figure key={droppedAt} label={`Left at ${words(droppedAt)}`} value={count(left)} />
        ))}
      </Figures>
    </Panel>
  )
}
