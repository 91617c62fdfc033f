import type { ArmDay, BanditHistory, HashDay } from '../../../src/contract/learning.ts'
import { count, share } from '../format.ts'
import { Bars, Lines, type Row } from '../parts/charts.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { ONCE, useLive } from '../use-live.ts'
import { TONES } from './tones.ts'

/** Selection and reward over time, and words that were not said before. */
export function History() {
  const history = useLive<BanditHistory>('/bandit/history', ONCE)
  return (
    <Loaded of={history}>
      {({ arms, hashes }, at) => (
        <>
          <div className="grid-2">
            <Panel title="Drawn by day">
              <Bars
                label="How often each tone was drawn, by day"
                rows={byDay(arms, ({ drawn }) => drawn)}
                x="day"
                series={TONES}
                writeY={count}
              />
            </Panel>
            <Panel title="Clicked by day" about="Of those that were seen, once their day is over.">
              <Lines
                label="Share of clicks under each tone, by day"
                rows={byDay(arms, rateOf)}
                x="day"
                series={TONES}
                writeY={share}
              />
            </Panel>
          </div>
          <Panel
            title="Words by prompt"
            about="Different texts by their validation hash. A prompt that is left alone and says much that is new has drifted."
          >
            <Table
              caption="Texts by day and prompt"
              rows={hashes}
              now={at}
              keyOf={({ day, promptVersion }) => `${day} ${promptVersion}`}
              empty="Nothing was said yet."
              columns={COLUMNS}
            />
          </Panel>
        </>
      )}
    </Loaded>
  )
}

const rateOf = ({ successes, failures }: ArmDay): number | null =>
  successes + failures === 0 ? null : successes / (successes + failures)

/** One row a day, one column a tone. */
function byDay(arms: readonly ArmDay[], valueOf: (arm: ArmDay) => number | null): readonly Row[] {
  const rows = new Map<string, Record<string, number | string>>()
  for (const arm of arms) {
    const row = rows.get(arm.day) ?? { day: arm.day }
    const value = valueOf(arm)
    if (value !== null) row[arm.tone] = value
    rows.set(arm.day, row)
  }
  return [...rows.values()]
}

const COLUMNS: readonly Column<HashDay>[] = [
  { title: 'Day', cell: ({ day }) => day },
  { title: 'Prompt', cell: ({ promptVersion }) => promptVersion },
  { title: 'Decisions', numeric: true, cell: (row) => count(row.decisions) },
  { title: 'Texts', numeric: true, cell: (row) => count(row.hashes) },
  { title: 'New', numeric: true, cell: (row) => count(row.fresh) },
  {
    title: 'Share new',
    numeric: true,
    cell: (row) => share(row.fresh / row.hashes),
  },
]
