import { useState } from 'react'
import type {
  ArmView,
  ArmsView,
  BanditResponse,
  RebuildResponse,
} from '../../../src/contract/learning.ts'
import { useDesk } from '../desk.ts'
import { count, number, share } from '../format.ts'
import { Curves } from '../parts/charts.tsx'
import { Tag } from '../parts/figures.tsx'
import { OrderButton } from '../parts/order.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { CALM_MS, useLive } from '../use-live.ts'
import { densities, upperEnd } from './posterior.ts'
import { TONES } from './tones.ts'

/** What is believed of each tone, for each kind of people. */
export function Arms() {
  const bandit = useLive<BanditResponse>('/bandit', CALM_MS)
  return (
    <Panel
      title="Tones"
      about="How likely a click is under each tone, as far as is known: a narrow hill is much evidence, a wide one little. What was learned a month ago counts half."
      corner={<Drift bandit={bandit.known?.value ?? null} again={bandit.again} />}
    >
      <Loaded of={bandit}>
        {({ segments }, at) =>
          segments.length === 0 ? (
            <p className="soft">Nobody was drawn a tone yet.</p>
          ) : (
            <Segments segments={segments} now={at} />
          )
        }
      </Loaded>
    </Panel>
  )
}

function Drift(props: { readonly bandit: BanditResponse | null; readonly again: () => void }) {
  const desk = useDesk()
  const { bandit, again } = props
  if (bandit === null) return null
  const rows = bandit.drift.length
  return (
    <div className="row">
      <Tag tint={rows === 0 ? 'good' : 'bad'}>
        {rows === 0 ? 'as the log says' : `${count(rows)} counts are not what the log says`}
      </Tag>
      {bandit.waiting === 0 ? null : <Tag>{count(bandit.waiting)} outcomes to be counted</Tag>}
      <OrderButton
        title="Count anew"
        send={(order) => desk.send<RebuildResponse>('/bandit/rebuild', order)}
        done={again}
      >
        <p>All counts are made again from the log. Nothing else counts meanwhile.</p>
      </OrderButton>
    </div>
  )
}

const nameOf = ({ segment, version }: ArmsView): string => `${segment} · ${version}`

function Segments(props: { readonly segments: readonly ArmsView[]; readonly now: number }) {
  const { segments } = props
  // By name: each refresh may bring another order.
  const [chosen, setChosen] = useState('')
  const shown = segments.find((view) => nameOf(view) === chosen) ?? segments[0]
  if (shown === undefined) return null
  const betas = Object.fromEntries(shown.arms.map((arm) => [arm.tone, arm]))
  return (
    <>
      <div className="field">
        <label htmlFor="segment">People, and the words they see</label>
        <select
          className="input"
          id="segment"
          value={nameOf(shown)}
          onChange={({ target }) => setChosen(target.value)}
        >
          {segments.map((view) => (
            <option key={nameOf(view)} value={nameOf(view)}>
              {nameOf(view)}
            </option>
          ))}
        </select>
      </div>
      <Curves
        label="What is believed of the click rate of each tone"
        rows={densities(betas, upperEnd(shown.arms))}
        x="x"
        series={TONES}
        writeX={(x) => share(Number(x))}
        writeY={number}
      />
      <Table
        caption="Tones"
        rows={shown.arms}
        now={props.now}
        keyOf={({ tone }) => tone}
        empty="None."
        columns={COLUMNS}
      />
    </>
  )
}

const COLUMNS: readonly Column<ArmView>[] = [
  { title: 'Tone', cell: ({ tone }) => tone },
  { title: 'Clicks', numeric: true, cell: ({ successes }) => number(successes) },
  { title: 'Left alone', numeric: true, cell: ({ failures }) => number(failures) },
  {
    title: 'Mean',
    numeric: true,
    cell: ({ alpha, beta }) => share(alpha / (alpha + beta)),
  },
  {
    title: 'Drawn next',
    numeric: true,
    cell: ({ selectionProbability }) => share(selectionProbability),
  },
  {
    title: 'Drawn, 7 days',
    numeric: true,
    cell: ({ drawn, drawnShare }) => `${count(drawn)} (${share(drawnShare)})`,
  },
]
