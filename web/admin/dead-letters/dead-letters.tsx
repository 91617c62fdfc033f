import type { LetterGroup } from '../../../src/contract/admin.ts'
import { count, moment, UNKNOWN, words } from '../format.ts'
import { Tag } from '../parts/figures.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { linkTo } from '../route.ts'
import { QUICK_MS, useLive } from '../use-live.ts'
import { Group } from './group.tsx'

/** What went wrong for good, by how it went wrong. */
export const DeadLetters = ({ id }: { readonly id: string | null }) =>
  id === null ? <Groups /> : <Group key={id} fingerprint={id} />

function Groups() {
  const groups = useLive<{ readonly groups: readonly LetterGroup[] }>('/dead-letters', QUICK_MS)
  return (
    <Panel
      title="Groups"
      about="What went wrong in the same way is one group. It is mended once, and replayed together."
    >
      <Loaded of={groups}>
        {({ groups: rows }, at) => (
          <Table
            caption="Groups of dead letters"
            rows={rows}
            now={at}
            keyOf={({ fingerprint }) => fingerprint}
            empty="There is none: nothing waits for a person."
            columns={COLUMNS}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const COLUMNS: readonly Column<LetterGroup>[] = [
  {
    title: 'Group',
    cell: ({ fingerprint }) => (
      <a className="number" href={linkTo('dead-letters', fingerprint)}>
        {fingerprint}
      </a>
    ),
  },
  { title: 'Step', cell: ({ step, source }) => step ?? source },
  { title: 'Kind', cell: ({ kind }) => (kind === null ? UNKNOWN : words(kind)) },
  { title: 'The newest says', cell: ({ sampleDetail }) => sampleDetail },
  { title: 'Open', numeric: true, cell: ({ open }) => count(open) },
  { title: 'Replaying', numeric: true, cell: ({ replaying }) => count(replaying) },
  { title: 'Newest', cell: ({ newest }, now) => moment(newest, now) },
  {
    title: 'Replay',
    cell: ({ replay }) => (replay === null ? null : <Tag tint="good">replay</Tag>),
  },
]
