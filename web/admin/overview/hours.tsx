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

interface HoursChartProps {
  readonly title: string
  readonly label: string
  readonly hours: readonly OverviewHour[]
  readonly series: readonly Series[]
  readonly Chart: typeof Lines
  readonly write: (value: number) => string
}

const HoursChart = ({ title, label, hours, series, Chart, write }: HoursChartProps) => (
  <Panel title={title}>
    <Chart label={label} rows={hours} x="hour" series={series} writeX={hour} writeY={write} />
  </Panel>
)

/** The same as it went, hour by hour. */
export const Hours = ({ hours }: { readonly hours: readonly OverviewHour[] }) => (
  <div className="grid-2">
    <HoursChart
      title="People by hour"
      label="Sign-ups by the hour in which they began, and how far they came"
      hours={hours}
      series={PEOPLE}
      Chart={Lines}
      write={count}
    />
    <HoursChart
      title="Runs by hour"
      label="Runs by the hour in which they ended"
      hours={hours}
      series={RUNS}
      Chart={Bars}
      write={count}
    />
    <HoursChart
      title="Account built, p99"
      label="The slowest of a hundred runs, by hour"
      hours={hours}
      series={LATENCY}
      Chart={Lines}
      write={seconds}
    />
  </div>
)
