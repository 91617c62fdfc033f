import type { OverviewHour } from '../../../src/contract/overview.ts'
import { count, hour, seconds } from '../format.ts'
import { Bars, Lines, type Series } from '../parts/charts.tsx'
import { Panel } from '../parts/panel.tsx'

const PEOPLE: readonly Series[] = [
  { key: 'accepted', name: 'signed up', colour: 4 },
  { key: 'proven', name: 'proven', colour: 1 },
  { key: 'activated', name: 'activated', colour: 2 },
]

const RUNS: readonly Series[] = [
  { key: 'merged', name: 'merged', colour: 2 },
  { key: 'failed', name: 'failed', colour: 0 },
  { key: 'expired', name: 'expired', colour: 3 },
]

const LATENCY: readonly Series[] = [{ key: 'hydrationP99', name: 'p99', colour: 1 }]

/** The same as it went, hour by hour. */
export const Hours = ({ hours }: { readonly hours: readonly OverviewHour[] }) => (
  <div className="grid-2">
    <Panel title="People by hour">
      <Lines
        label="Sign-ups by the hour in which they began, and how far they came"
        rows={hours}
        x="hour"
        series={PEOPLE}
        writeX={hour}
        writeY={count}
      />
    </Panel>
    <Panel title="Runs by hour">
      <Bars
        label="Runs by the hour in which they ended"
        rows={hours}
        x="hour"
        series={RUNS}
        writeX={hour}
        writeY={count}
      />
    </Panel>
    <Panel title="Account built, p99">
      <Lines
        label="The slowest of a hundred runs, by hour"
        rows={hours}
        x="hour"
        series={LATENCY}
        writeX={hour}
        writeY={seconds}
      />
    </Panel>
  </div>
)
