import { useState } from 'react'
import type { ActionView } from '../../../src/contract/admin.ts'
import { moment, UNKNOWN, words } from '../format.ts'
import { Loaded, Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { linkTo } from '../route.ts'
import { CALM_MS, useLive } from '../use-live.ts'

interface Actions {
  readonly actions: readonly ActionView[]
  readonly next: string | null
}

/** Who did what, when, why, and what came of it. */
export function Audit() {
  const [after, setAfter] = useState<string | null>(null)
  const path = after === null ? '/operator-actions' : `/operator-actions?after=${after}`
  const actions = useLive<Actions>(path, after === null ? CALM_MS : 0)
  return (
    <Panel title="What operators did" about="Kept for good. Nothing in it leads to a person.">
      <Loaded of={actions}>
        {({ actions: shown, next }, at) => (
          <>
            <ActionTable actions={shown} now={at} />
            <div className="row">
              {after === null ? null : (
                <button type="button" className="button quiet" onClick={() => setAfter(null)}>
                  Newest
                </button>
              )}
              {next === null ? null : (
                <button type="button" className="button quiet" onClick={() => setAfter(next)}>
                  Earlier
                </button>
              )}
            </div>
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function ActionTable(props: { readonly actions: readonly ActionView[]; readonly now: number }) {
  return (
    <Table
      caption="Operator actions"
      rows={props.actions}
      now={props.now}
      keyOf={({ id }) => id}
      empty="Nobody did anything yet."
      columns={COLUMNS}
    />
  )
}

const COLUMNS: readonly Column<ActionView>[] = [
  { title: 'When', cell: ({ at }, now) => moment(at, now) },
  { title: 'Who', cell: ({ operator }) => operator },
  { title: 'What', cell: ({ action }) => words(action) },
  { title: 'Why', cell: ({ reason }) => reason },
  {
    title: 'Group',
    cell: ({ fingerprint }) =>
      fingerprint === null ? (
        UNKNOWN
      ) : (
        <a className="number" href={linkTo('dead-letters', fingerprint)}>
          {fingerprint}
        </a>
      ),
  },
  { title: 'What came of it', cell: ({ outcome }) => outcome ?? 'under way' },
]
