import type {
  EntryFact,
  OperatorEntry,
  SessionResponse,
  Situation,
} from '../../../src/contract/explanation.ts'
import { duration, moment, UNKNOWN, words } from '../format.ts'
import { Figure, Figures, Tag, type Tint } from '../parts/figures.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { linkTo } from '../route.ts'
import { QUICK_MS, useLive } from '../use-live.ts'

/** Why is this person stuck? And everything that led there. */
export function Session({ specId }: { readonly specId: string }) {
  const session = useLive<SessionResponse>(`/sessions/${specId}`, QUICK_MS)
  return (
    <>
      <p>
        <a href={linkTo('sessions')}>All sessions</a>
      </p>
      <Loaded of={session}>
        {(known, at) => (
          <>
            <Why session={known} now={at} />
            <Timeline entries={known.timeline} />
          </>
        )}
      </Loaded>
    </>
  )
}

const TINTS: Readonly<Partial<Record<Situation, Tint>>> = {
  failed: 'bad',
  proven: 'good',
  invited: 'good',
}

function Why({ session, now }: { readonly session: SessionResponse; readonly now: number }) {
  const { explanation, indexed, steps, traceId, specId } = session
  return (
    <Panel
      title={specId}
      corner={
        <Tag tint={TINTS[explanation.situation] ?? 'plain'}>{words(explanation.situation)}</Tag>
      }
    >
      <p className="lead">{explanation.sentence}</p>
      {explanation.until === null ? null : <p>Until {moment(explanation.until, now)}.</p>}
      <Figures>
        <Figure label="Run" value={indexed.run} note={indexed.status} />
        <Figure label="Opened" value={moment(indexed.openedAt, now)} />
        <Figure
          label="Settled after"
          value={
            indexed.settledAt === null ? UNKNOWN : duration(indexed.settledAt - indexed.openedAt)
          }
        />
        <Figure label="Proven" value={moment(indexed.provenAt, now)} />
      </Figures>
      <p className="row">
        {steps.map(({ name, status }) => (
          <Tag key={name} tint={status === 'done' ? 'good' : status === 'failed' ? 'bad' : 'plain'}>
            {name}: {status}
          </Tag>
        ))}
      </p>
      {indexed.failure === null ? null : (
        <p className="problem">
          {indexed.failure.step}, {words(indexed.failure.kind ?? 'unknown')}:{' '}
          {indexed.failure.detail}
        </p>
      )}
      <p className="quiet-text">
        Trace <code>{traceId ?? UNKNOWN}</code>
      </p>
    </Panel>
  )
}

function Timeline({ entries }: { readonly entries: readonly OperatorEntry[] }) {
  const [first] = entries
  return (
    <Panel
      title="Timeline"
      about="Every change there was, oldest first; moments count from the first."
    >
      <ol className="timeline">
        {entries.map((entry, at) => (
          // oxlint-disable-next-line react/no-array-index-key -- entries only ever come after these
          <li key={at}>
            <time className="number" dateTime={new Date(entry.at).toISOString()}>
              +{duration(entry.at - (first?.at ?? entry.at))}
            </time>
            <div>
              <strong>{words(entry.type)}</strong>
              <Facts facts={entry.facts} />
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  )
}

const Facts = ({ facts }: Pick<OperatorEntry, 'facts'>) => (
  <dl className="entry-facts">
    {Object.entries(facts).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd className="number">{written(name, value)}</dd>
      </div>
    ))}
  </dl>
)

/** Moments by the clock, whatever else as it is. */
function written(name: string, value: EntryFact): string {
  if (typeof value === 'number' && /(?:At|^until)$/.test(name)) return new Date(value).toISOString()
  return Array.isArray(value) ? value.join(', ') : String(value)
}
