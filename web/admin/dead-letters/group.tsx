import { useState } from 'react'
import type { LetterView, ReplayPreview, ReplayView } from '../../../src/contract/admin.ts'
import { count, moment, words } from '../format.ts'
import { useDesk } from '../desk.ts'
import { Figure, Figures } from '../parts/figures.tsx'
import { OrderButton } from '../parts/order.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { linkTo } from '../route.ts'
import { CALM_MS, QUICK_MS, useLive } from '../use-live.ts'
import { Replay } from './replay.tsx'

interface Letters {
  readonly letters: readonly LetterView[]
  readonly next: string | null
}

/** One way of going wrong: who is concerned, what a replay would do, and the replay. */
export function Group({ fingerprint }: { readonly fingerprint: string }) {
  const desk = useDesk()
  const path = `/dead-letters/${fingerprint}`
  const preview = useLive<ReplayPreview>(`${path}/preview`, QUICK_MS)
  const letters = useLive<Letters>(path, CALM_MS)
  const [started, setStarted] = useState<string | null>(null)
  const running = preview.known?.value.replay ?? started
  const look = () => {
    preview.again()
    letters.again()
  }
  return (
    <>
      <p>
        <a href={linkTo('dead-letters')}>All groups</a>
      </p>
      <Panel
        title={`Group ${fingerprint}`}
        about="First one, then ten, then all; it stops as soon as one fails again."
      >
        <Loaded of={preview}>
          {(known) => (
            <>
              <Preview preview={known} />
              <div className="row">
                <OrderButton
                  title="Replay"
                  disabled={known.letters === 0 || known.replay !== null}
                  send={async (order) => {
                    const answer = await desk.send<ReplayView>(`${path}/replay`, order)
                    if (answer.ok) setStarted(answer.value.id)
                    return answer
                  }}
                  done={look}
                >
                  <p>
                    {count(known.letters)} letters of {count(known.people)} people, in stages of{' '}
                    {known.stages.map(count).join(', ')}.
                  </p>
                </OrderButton>
                <OrderButton
                  title="Put aside"
                  grave
                  disabled={known.replay !== null}
                  send={(order) => desk.send(`${path}/dismiss`, order)}
                  done={look}
                >
                  <p>The open letters of this group will not be replayed. They stay readable.</p>
                </OrderButton>
              </div>
            </>
          )}
        </Loaded>
      </Panel>
      {running === null ? null : <Replay key={running} id={running} />}
      <Panel title="Letters">
        <Loaded of={letters}>
          {({ letters: rows }, at) => <LetterTable letters={rows} now={at} />}
        </Loaded>
      </Panel>
    </>
  )
}

const Preview = ({ preview }: { readonly preview: ReplayPreview }) => (
  <>
    <Figures>
      <Figure label="Would be replayed" value={count(preview.letters)} />
      <Figure label="People" value={count(preview.people)} />
      <Figure label="Left alone" value={count(preview.notReplayable)} />
    </Figures>
    {preview.steps.length === 0 ? null : (
      <p>
        For each of them:{' '}
        {preview.steps
          .map(({ name, effect }) =>
            effect === 'confirm' ? `${name} is confirmed` : `${name} is done`,
          )
          .join(', then ')}
        .
      </p>
    )}
  </>
)

function LetterTable(props: { readonly letters: readonly LetterView[]; readonly now: number }) {
  return (
    <Table
      caption="Letters of this group"
      rows={props.letters}
      now={props.now}
      keyOf={({ id }) => id}
      empty="None."
      columns={COLUMNS}
    />
  )
}

const COLUMNS: readonly Column<LetterView>[] = [
  { title: 'Failed', cell: ({ failedAt }, now) => moment(failedAt, now) },
  {
    title: 'Session',
    cell: ({ specId }) =>
      specId === null ? (
        ''
      ) : (
        <a className="number" href={linkTo('sessions', specId)}>
          {specId}
        </a>
      ),
  },
  { title: 'What it says', cell: ({ detail }) => detail },
  { title: 'State', cell: ({ state }) => words(state) },
]
