import type { ComparisonView, ExperimentResponse } from '../../../src/contract/learning.ts'
import { count, moment, number, share, words } from '../format.ts'
import { Figure, Figures, Tag, type Tint } from '../parts/figures.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { CALM_MS, useLive } from '../use-live.ts'
import { OffPolicy } from './off-policy.tsx'

/** Whether all of this helps. */
export function Experiment() {
  const experiment = useLive<ExperimentResponse>('/experiment', CALM_MS)
  return (
    <Loaded of={experiment}>
      {(known, at) => (
        <>
          <Groups experiment={known} now={at} />
          <OffPolicy view={known.offPolicy} now={at} />
        </>
      )}
    </Loaded>
  )
}

interface GroupsProps {
  readonly experiment: ExperimentResponse
  readonly now: number
}

const TINTS: Readonly<Record<ComparisonView['verdict'], Tint>> = {
  better: 'good',
  worse: 'bad',
  undecided: 'plain',
  too_early: 'plain',
  stopped: 'bad',
  sample_ratio_mismatch: 'bad',
  split_changed: 'bad',
}

function Groups({ experiment, now }: GroupsProps) {
  const { id, startedAt, enrolledUntil, sampleRatio, groups, comparisons, final } = experiment
  const tripped = sampleRatio.trippedAt !== null
  return (
    <Panel
      title={`Experiment “${id}”`}
      corner={
        <Tag tint={tripped ? 'bad' : 'good'}>
          {tripped ? 'the groups are not drawn as they should be' : 'the groups are as drawn'}
        </Tag>
      }
      about={
        startedAt === null
          ? 'Nobody belongs to it yet.'
          : `Since ${moment(startedAt, now)}; people are taken in until ${moment(enrolledUntil, now)}${final ? '; counted for good' : ''}. Intervals hold whenever one looks.`
      }
    >
      <Figures>
        {Object.entries(groups).map(([name, group]) => (
          <Figure
            key={name}
            label={name}
            value={share(group.people === 0 ? null : group.activated / group.people)}
            note={`${count(group.activated)} of ${count(group.people)} activated, ${count(group.assigned)} assigned`}
          />
        ))}
        <Figure
          label="Sample ratio, p"
          value={number(sampleRatio.pValue)}
          tint={tripped ? 'bad' : 'plain'}
        />
      </Figures>
      <Table
        caption="Comparisons"
        rows={comparisons}
        now={now}
        keyOf={({ control, treated }) => `${control} ${treated}`}
        empty="Too early."
        columns={COLUMNS}
      />
    </Panel>
  )
}

const COLUMNS: readonly Column<ComparisonView>[] = [
  { title: 'Compared', cell: ({ control, treated }) => `${treated} against ${control}` },
  {
    title: 'Verdict',
    cell: ({ verdict }) => <Tag tint={TINTS[verdict]}>{words(verdict)}</Tag>,
  },
  {
    title: 'Difference',
    numeric: true,
    cell: ({ lift }) => (lift === null ? '–' : share(lift.difference)),
  },
  {
    title: 'Interval',
    numeric: true,
    cell: ({ lift, alpha }) =>
      lift === null
        ? '–'
        : `${share(lift.interval.lower)} to ${share(lift.interval.upper)} (${share(1 - alpha)})`,
  },
]
