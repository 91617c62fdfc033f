import type { ReplayView } from '../../../src/contract/admin.ts'
import { useDesk } from '../desk.ts'
import { count, duration, moment, shortId, words } from '../format.ts'
import { Figure, Figures, Tag, type Tint } from '../parts/figures.tsx'
import { OrderButton } from '../parts/order.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { QUICK_MS, useLive } from '../use-live.ts'

const TINTS: Readonly<Record<ReplayView['state'], Tint>> = {
  running: 'plain',
  done: 'good',
  stopped: 'bad',
}

/** How a replay goes, and an end to it. */
export function Replay({ id }: { readonly id: string }) {
  const desk = useDesk()
  const replay = useLive<ReplayView>(`/replays/${id}`, QUICK_MS)
  const state = replay.known?.value.state
  return (
    <Panel
      title={`Replay ${shortId(id)}`}
      corner={state === undefined ? null : <Tag tint={TINTS[state]}>{state}</Tag>}
    >
      <Loaded of={replay}>
        {(known, at) => (
          <>
            <Progress replay={known} now={at} />
            {known.state === 'running' ? (
              <div className="row">
                <OrderButton
                  title="Stop"
                  grave
                  send={(order) => desk.send(`/replays/${id}/stop`, order)}
                  done={replay.again}
                />
              </div>
            ) : null}
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function Progress({ replay, now }: { readonly replay: ReplayView; readonly now: number }) {
  const { counts, letters, requestedAt, endedAt, stoppedAs, stoppedAtLetter } = replay
  return (
    <>
      <p className="soft">
        {replay.operator}, {moment(requestedAt, now)}: {replay.reason}
        {endedAt === null ? '' : `. Over after ${duration(endedAt - requestedAt)}`}
      </p>
      <progress aria-label="Resolved" max={Math.max(1, letters)} value={counts.resolved} />
      <Figures>
        <Figure label="Resolved" value={count(counts.resolved)} note={`of ${count(letters)}`} />
        <Figure label="Under way" value={count(counts.replaying)} note={`stage ${replay.stage}`} />
        <Figure
          label="Failed again"
          value={count(counts.failed_again)}
          tint={counts.failed_again > 0 ? 'bad' : 'plain'}
        />
        <Figure label="Still open" value={count(counts.open)} />
      </Figures>
      {stoppedAs === null ? null : (
        <p className="problem">
          Stopped: {words(stoppedAs)}
          {stoppedAtLetter === null ? '' : `, at ${stoppedAtLetter}`}.
        </p>
      )}
    </>
  )
}
