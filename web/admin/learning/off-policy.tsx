import type { ExperimentResponse, OffPolicyView } from '../../../src/contract/learning.ts'
import { count, share, words } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'

type View = ExperimentResponse['offPolicy']

interface Valued {
  readonly name: string
  readonly of: OffPolicyView
}

/** What other choices would have been worth. */
export function OffPolicy({ view, now }: { readonly view: View; readonly now: number }) {
  const rows = [
    ...Object.entries(view.tones).map(([name, of]) => ({ name: `tone: ${name}`, of })),
    ...Object.entries(view.actions).map(([name, of]) => ({ name: words(name), of })),
  ]
  return (
    <Panel
      title="If it were always"
      about={`Clicks to expect if one thing were always chosen where it can be, from ${count(view.decisions)} decisions that were drawn.`}
    >
      <Table
        caption="Values of other choices"
        rows={rows}
        now={now}
        keyOf={({ name }) => name}
        empty="Nothing was drawn yet."
        columns={COLUMNS}
      />
    </Panel>
  )
}

const valueOf = (view: OffPolicyView): string => (view.ok ? share(view.value) : words(view.why))

const intervalOf = (view: OffPolicyView): string =>
  view.ok ? `${share(view.interval.lower)} to ${share(view.interval.upper)}` : ''

const chosenOf = (view: OffPolicyView): string =>
  view.ok ? `${count(view.chosen)} of ${count(view.decisions)}` : ''

const COLUMNS: readonly Column<Valued>[] = [
  { title: 'Always', cell: ({ name }) => name },
  { title: 'Clicks', numeric: true, cell: ({ of }) => valueOf(of) },
  { title: 'Between', numeric: true, cell: ({ of }) => intervalOf(of) },
  { title: 'Chosen', numeric: true, cell: ({ of }) => chosenOf(of) },
]
