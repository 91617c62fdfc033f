import { useSnapshot } from '../../../client/react/use-snapshot.ts'
import { type Snapshot, idOf } from '../../../client/snapshot.ts'

/** For whoever wants to see the machine behind: what it knows, and why it recommends what it does. */
export function Machine() {
  const snapshot = useSnapshot()
  return (
    <details className="machine">
      <summary>What Foyer knows and decided</summary>
      <dl className="facts">
        {factsOf(snapshot).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>
        Your projects and tasks stay in this browser: this is a sample. Foyer is told which pages
        and buttons were used, never what was typed.
      </p>
    </details>
  )
}

function factsOf({
  person,
  run,
  transport,
  recommendation,
}: Snapshot): readonly (readonly [string, string])[] {
  return [
    ['person', person.kind === 'session' ? 'session, not proved yet' : person.kind],
    ['id', idOf(person) ?? 'none'],
    ['news arrive by', transport],
    ['account', run === null ? 'not watched' : `${run.status}, change ${run.seq}`],
    ...(recommendation === null
      ? ([['recommended', 'nothing at the moment']] as const)
      : ([
          ['recommended', recommendation.action.id],
          ['shown as', recommendation.ui_component],
          ['tone (the bandit’s arm)', recommendation.arm],
          ['decided by', recommendation.source],
          ['confidence', recommendation.confidence.toFixed(2)],
          ['validation hash', recommendation.validation_hash],
          ['prompt', recommendation.prompt_version],
        ] as const)),
  ]
}
