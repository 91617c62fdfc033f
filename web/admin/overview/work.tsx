import type { OverviewResponse } from '../../../src/contract/overview.ts'
import { bytes, count, share } from '../format.ts'
import { Figure, Figures } from '../parts/figures.tsx'
import { Panel } from '../parts/panel.tsx'

/** What is under way, and what is left lying. */
export function Work({ overview }: { readonly overview: OverviewResponse }) {
  const { runs, queueDepth, deadLetters, storageBytes, cacheHitRate } = overview
  return (
    <Panel title="Work">
      <Figures>
        <Figure label="Pending" value={count(runs.pending)} />
        <Figure label="Merged" value={count(runs.merged)} />
        <Figure
          label="Failed"
          value={count(runs.failed)}
          note={share(runs.failureRate)}
          tint={runs.failed > 0 ? 'bad' : 'plain'}
        />
        <Figure label="Reclaimed" value={count(runs.reclaimed)} note="leases that ran out" />
        {deadLetters.map(({ queue, open, fingerprints }) => (
          <Figure
            key={queue}
            label={`Dead letters, ${queue}`}
            value={count(open)}
            note={`${count(fingerprints)} kinds`}
            tint={open > 0 ? 'bad' : 'plain'}
          />
        ))}
        {(queueDepth ?? []).map(({ queue, depth }) => (
          <Figure key={queue} label={`Queue ${queue}`} value={count(depth)} />
        ))}
        <Figure label="Model’s answers known" value={share(cacheHitRate)} />
        <Figure label="In Postgres" value={bytes(storageBytes.postgres)} />
        <Figure label="In objects" value={bytes(storageBytes.objects)} />
      </Figures>
      {queueDepth === null ? (
        <p className="quiet-text">How deep the queues are, the platform does not say here.</p>
      ) : null}
    </Panel>
  )
}
