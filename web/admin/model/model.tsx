import type { PolicyReport, QuestionLetterView } from '../../../src/contract/policy-admin.ts'
import { useDesk } from '../desk.ts'
import { count, moment, share, UNKNOWN, words } from '../format.ts'
import { Figure, Figures } from '../parts/figures.tsx'
import { OrderButton } from '../parts/order.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { CALM_MS, useLive } from '../use-live.ts'

/** What models are asked, what it saves to have asked before, and what they could not answer. */
export function Model() {
  const report = useLive<PolicyReport>('/policy', CALM_MS)
  return (
    <>
      <Panel
        title="Questions"
        about="Everybody who stands alike is one question, and its answer counts for a day."
      >
        <Loaded of={report}>
          {({ model, promptVersion, answers, waiting, lastDay }) => (
            <Figures>
              <Figure
                label="Model"
                value={model ?? 'none'}
                note={promptVersion ?? 'the rules decide alone'}
              />
              <Figure
                label="Known answers, a day"
                value={share(lastDay.hitRate)}
                note={`${count(lastDay.calls)} calls`}
              />
              <Figure label="Kept" value={count(answers.kept)} />
              <Figure
                label="Under way"
                value={count(answers.asked)}
                note={`${count(waiting)} people wait`}
              />
              <Figure
                label="Failed"
                value={count(answers.failed)}
                tint={answers.failed > 0 ? 'bad' : 'plain'}
              />
            </Figures>
          )}
        </Loaded>
      </Panel>
      <Letters />
    </>
  )
}

interface Letter extends QuestionLetterView {
  readonly again: () => void
}

interface Page {
  readonly letters: readonly QuestionLetterView[]
  readonly next: string | null
}

function Letters() {
  const letters = useLive<Page>('/policy/dead-letters', CALM_MS)
  return (
    <Panel
      title="To be reviewed"
      about="Nobody waits for these: the rules have answered. Ask again when the cause is mended."
    >
      <Loaded of={letters}>
        {({ letters: rows }, at) => (
          <Table
            caption="Questions without an answer"
            rows={rows.map((letter) => ({ ...letter, again: letters.again }))}
            now={at}
            keyOf={({ id }) => id}
            empty="None."
            columns={COLUMNS}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const COLUMNS: readonly Column<Letter>[] = [
  { title: 'Failed', cell: ({ failedAt }, now) => moment(failedAt, now) },
  { title: 'Question', cell: ({ key }) => <code>{key?.slice(0, 16) ?? UNKNOWN}</code> },
  { title: 'Why', cell: ({ detail }) => detail },
  { title: 'State', cell: ({ state }) => words(state) },
  {
    title: 'Again',
    cell: (letter) => (letter.state === 'open' ? <DecideAgain letter={letter} /> : null),
  },
]

function DecideAgain({ letter: { id, again } }: { readonly letter: Letter }) {
  const desk = useDesk()
  const path = `/policy/dead-letters/${encodeURIComponent(id)}/decide-again`
  return <OrderButton title="Decide again" send={(order) => desk.send(path, order)} done={again} />
}
