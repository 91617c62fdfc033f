import type { ErasureView } from '../../../src/contract/people.ts'
import { duration, moment, shortId } from '../format.ts'
import { Tag } from '../parts/figures.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { QUICK_MS, useLive } from '../use-live.ts'

/** How an erasure goes, and its receipt. */
export function Erasure({ id }: { readonly id: string }) {
  const erasure = useLive<ErasureView>(`/people/erasures/${id}`, QUICK_MS)
  const state = erasure.known?.value.state
  return (
    <Panel
      title={`Erasure ${shortId(id)}`}
      corner={
        state === undefined ? null : <Tag tint={state === 'done' ? 'good' : 'plain'}>{state}</Tag>
      }
    >
      <Loaded of={erasure}>
        {({ orderedAt, receipt }, at) => (
          <>
            <p className="soft">
              Ordered {moment(orderedAt, at)}
              {receipt === null
                ? '. It goes on by itself, also when a provider is down for a while.'
                : `, over after ${duration(receipt.completedAt - orderedAt)}.`}
            </p>
            {receipt === null ? null : <Receipt receipt={receipt} now={at} />}
          </>
        )}
      </Loaded>
    </Panel>
  )
}

type Receipt = NonNullable<ErasureView['receipt']>

const Receipt = ({ receipt, now }: { readonly receipt: Receipt; readonly now: number }) => (
  <>
    <Table
      caption="What was removed"
      rows={receipt.stores}
      now={now}
      keyOf={({ store }) => store}
      empty="Nothing was there."
      columns={COLUMNS}
    />
    <p className="quiet-text">
      Signed <code className="breaks">{receipt.signature}</code>
    </p>
  </>
)

const COLUMNS: readonly Column<Receipt['stores'][number]>[] = [
  { title: 'Store', cell: ({ store }) => store },
  { title: 'Empty at', cell: ({ emptiedAt }, now) => moment(emptiedAt, now) },
]
