import type { FoundSession } from '../../../src/contract/people.ts'
import { duration, moment, UNKNOWN, words } from '../format.ts'
import { Tag, type Tint } from '../parts/figures.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { linkTo } from '../route.ts'

const TINTS: Readonly<Record<FoundSession['status'], Tint>> = {
  pending: 'plain',
  hydrating: 'plain',
  merged: 'good',
  failed: 'bad',
}

interface FoundTableProps {
  readonly sessions: readonly FoundSession[]
  readonly now: number
}

export function FoundTable({ sessions, now }: FoundTableProps) {
  return (
    <Table
      caption="Sessions"
      rows={sessions}
      now={now}
      keyOf={({ specId }) => specId}
      empty="Nobody."
      columns={COLUMNS}
    />
  )
}

function accessOf({ erasedAt, provenAt, archivedAt }: FoundSession): string {
  if (erasedAt !== null) return 'erased'
  if (provenAt !== null) return 'proven'
  return archivedAt === null ? 'unproven' : 'archived'
}

const COLUMNS: readonly Column<FoundSession>[] = [
  {
    title: 'Session',
    cell: ({ specId }) => (
      <a className="number" href={linkTo('sessions', specId)}>
        {specId}
      </a>
    ),
  },
  { title: 'Run', cell: ({ status }) => <Tag tint={TINTS[status]}>{status}</Tag> },
  { title: 'Access', cell: accessOf },
  {
    title: 'Failed at',
    cell: ({ failure }) =>
      failure === null ? UNKNOWN : `${failure.step}, ${words(failure.kind ?? 'unknown')}`,
  },
  { title: 'Opened', cell: ({ openedAt }, now) => moment(openedAt, now) },
  {
    title: 'Settled after',
    numeric: true,
    cell: ({ openedAt, settledAt }) =>
      settledAt === null ? UNKNOWN : duration(settledAt - openedAt),
  },
]
