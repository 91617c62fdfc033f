/** `Content-Type` of the text format, version 0.0.4. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary'

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  /** `_bucket`, `_sum` or `_count`; absent: the name of the family. */
  readonly suffix?: string
  readonly labels: Labels
  readonly value: number
}

/** Everything under one name. Without samples nothing is known, which is not zero. */
export interface Family {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly samples: readonly Sample[]
}

/** Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export const expositionOf = (families: readonly Family[]): string =>
  families
    .map(({ name, type, help, samples }) =>
      [
        `# HELP ${name} ${escapeHelp(help)}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(
          ({ suffix = '', labels, value }) =>
            `${name}${suffix}${labelsOf(labels)} ${numberOf(value)}`,
        ),
      ]
        .map((line) => `${line}\n`)
        .join(''),
    )
    .join('')

function labelsOf(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"')

/** As `le` and as a value. */
export function numberOf(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
