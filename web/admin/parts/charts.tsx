import type { ReactElement } from 'react'
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'

export type Row = Readonly<Record<string, number | string | null>>

/** A line, a band or a bar of a chart: a key of its rows. */
export interface Series {
  readonly key: string
  readonly name: string
  /** 0 to 4, of the palette in admin.css. */
  readonly colour: number
}

interface ChartProps {
  /** What is seen, for those who do not see it. */
  readonly label: string
  readonly rows: readonly Row[]
  readonly x: string
  readonly series: readonly Series[]
  readonly writeX?: (value: number | string) => string
  readonly writeY?: (value: number) => string
}

const HEIGHT = 240
const MARGIN = { top: 8, right: 8, bottom: 0, left: 0 }

const colourOf = (at: number): string => `var(--chart-${at})`

const axes = ({ x, writeX, writeY }: ChartProps) => [
  <CartesianGrid key="grid" stroke="var(--line)" vertical={false} />,
  <XAxis key="x" dataKey={x} {...(writeX && { tickFormatter: writeX })} minTickGap={32} />,
  <YAxis key="y" width={56} {...(writeY && { tickFormatter: writeY })} />,
  <Tooltip
    key="tooltip"
    formatter={(value) => (typeof value === 'number' && writeY ? writeY(value) : String(value))}
    labelFormatter={(label) =>
      writeX && (typeof label === 'number' || typeof label === 'string') ? writeX(label) : label
    }
  />,
  <Legend key="legend" />,
]

/** A frame of one size; without rows, words instead. */
const Chart = (props: { readonly of: ChartProps; readonly children: ReactElement }) =>
  props.of.rows.length === 0 ? (
    <p className="soft">Nothing yet.</p>
  ) : (
    <figure className="chart" aria-label={props.of.label}>
      <ResponsiveContainer width="100%" height={HEIGHT}>
        {props.children}
      </ResponsiveContainer>
    </figure>
  )

/** How something moves. */
export const Lines = (props: ChartProps) => (
  <Chart of={props}>
    <LineChart data={[...props.rows]} margin={MARGIN}>
      {axes(props)}
      {props.series.map(({ key, name, colour }) => (
        <Line
          key={key}
          dataKey={key}
          name={name}
          stroke={colourOf(colour)}
          strokeWidth={2}
          dot={false}
          isAnimationActive={false}
        />
      ))}
    </LineChart>
  </Chart>
)

/** What makes up a whole, as it moves. */
export const Bars = (props: ChartProps) => (
  <Chart of={props}>
    <BarChart data={[...props.rows]} margin={MARGIN}>
      {axes(props)}
      {props.series.map(({ key, name, colour }) => (
        <Bar
          key={key}
          dataKey={key}
          name={name}
          stackId="all"
          fill={colourOf(colour)}
          isAnimationActive={false}
        />
      ))}
    </BarChart>
  </Chart>
)

/** Distributions over each other. */
export const Curves = (props: ChartProps) => (
  <Chart of={props}>
    <AreaChart data={[...props.rows]} margin={MARGIN}>
      {axes(props)}
      {props.series.map(({ key, name, colour }) => (
        <Area
          key={key}
          dataKey={key}
          name={name}
          stroke={colourOf(colour)}
          fill={colourOf(colour)}
          fillOpacity={0.18}
          strokeWidth={2}
          isAnimationActive={false}
        />
      ))}
    </AreaChart>
  </Chart>
)
