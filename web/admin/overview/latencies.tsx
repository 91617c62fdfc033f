import type { OverviewResponse } from '../../../src/contract/overview.ts'
import { count, seconds } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'

type Durations = OverviewResponse['hydrationLatency']

interface Latency {
  readonly name: string
  readonly of: Durations
}

/** How long things take. */
export function Latencies({ overview }: { readonly overview: OverviewResponse }) {
  const rows: readonly Latency[] = [
    { name: 'Account built, budgets apart', of: overview.hydrationLatency },
    { name: 'Waiting for budgets', of: overview.budgetWait },
    { name: 'From sign-up to activation', of: overview.timeToActivation },
    { name: 'Message in the queue', of: overview.consumerLag },
  ]
  return (
    <Panel title="How long it takes">
      <Table
        caption="Durations"
        rows={rows}
        now={overview.at}
        keyOf={({ name }) => name}
        empty="Nothing yet."
        columns={COLUMNS}
      />
    </Panel>
  )
}

const COLUMNS: readonly Column<Latency>[] = [
  { title: 'What', cell: ({ name }) => name },
  { title: 'Counted', numeric: true, cell: ({ of }) => count(of.count) },
  { title: 'p50', numeric: true, cell: ({ of }) => seconds(of.p50) },
  { title: 'p95', numeric: true, cell: ({ of }) => seconds(of.p95) },
  { title: 'p99', numeric: true, cell: ({ of }) => seconds(of.p99) },
]
