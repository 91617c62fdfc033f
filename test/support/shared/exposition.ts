// A strict reader of Prometheus' text format, by its description and not by our writer:
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details

export interface ReadSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface ReadFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: readonly ReadSample[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const HELP = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\\\\\|\\\\n)+)$`)
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`)
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\]|\\\\["\\\\n])*"'
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`)
const NUMBER = /^(?:[+-]?Inf|NaN|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/

/** @throws Error with the line that is against the format */
export function readExposition(text: string): readonly ReadFamily[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, { type: string; help: string; samples: ReadSample[] }>()
  const lines = text.slice(0, -1).split('\n')
  let open: string | null = null
  for (const [at, line] of lines.entries()) {
    const [, helped, help = ''] = HELP.exec(line) ?? []
    const [, typed, type = ''] = TYPE.exec(line) ?? []
    if (helped !== undefined) {
      if (families.has(helped)) throw new Error(`${helped} comes twice`)
      const [, next] = TYPE.exec(lines[at + 1] ?? '') ?? []
      if (next !== helped) throw new Error(`${helped} has help and no type`)
      families.set(helped, { type: '', help, samples: [] })
      open = helped
    } else if (typed !== undefined) {
      const family = families.get(typed)
      if (typed !== open || family === undefined || family.type !== '') {
        throw new Error(`a type out of place: ${line}`)
      }
      family.type = type
    } else {
      const sample = readSample(line)
      const family = families.get(open ?? '')
      if (family === undefined || open === null) throw new Error(`of no family: ${line}`)
      if (!belongs(sample, open, family.type)) throw new Error(`not of ${open}: ${line}`)
      family.samples.push(sample)
    }
  }
  const read = [...families].map(([name, family]) => ({ name, ...family }))
  for (const family of read) check(family)
  return read
}

function readSample(line: string): ReadSample {
  const [, name, pairs = '', number = ''] = SAMPLE.exec(line) ?? []
  if (name === undefined || !NUMBER.test(number)) throw new Error(`no sample: ${line}`)
  const found = [...pairs.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)]
  const labels = Object.fromEntries(
    found.map(([, label = '', value = '']) => [label, unescape(value)]),
  )
  if (Object.keys(labels).length !== found.length) throw new Error(`a label twice: ${line}`)
  return { name, labels, value: Number(number.replace('Inf', 'Infinity')) }
}

const unescape = (value: string): string =>
  value.replaceAll(/\\(["\\n])/g, (_all, sign: string) => (sign === 'n' ? '\n' : sign))

function belongs({ name, labels }: ReadSample, family: string, type: string): boolean {
  switch (type) {
    case 'histogram':
      return name === `${family}_bucket`
        ? 'le' in labels
        : name === `${family}_sum` || name === `${family}_count`
    case 'summary':
      return [family, `${family}_sum`, `${family}_count`].includes(name)
    default:
      return name === family
  }
}

function check({ name, type, samples }: ReadFamily): void {
  const keys = samples.map((sample) => JSON.stringify([sample.name, sample.labels]))
  if (new Set(keys).size !== keys.length) throw new Error(`${name}: a sample twice`)
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) {
    throw new Error(`${name}: a counter below zero`)
  }
  if (type === 'histogram') checkHistogram(name, samples)
}

/** Buckets grow, the last one is all. */
function checkHistogram(name: string, samples: readonly ReadSample[]): void {
  const groups = Map.groupBy(samples, ({ labels }) => JSON.stringify({ ...labels, le: '' }))
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels }) =>
      Number((labels['le'] ?? '').replace('Inf', 'Infinity')),
    )
    const values = buckets.map(({ value }) => value)
    const count = group.find((sample) => sample.name === `${name}_count`)?.value
    const isSorted = bounds.every((bound, at) => at === 0 || bound > (bounds[at - 1] ?? bound))
    const isGrowing = values.every((value, at) => at === 0 || value >= (values[at - 1] ?? value))
    if (!isSorted || !isGrowing || bounds.at(-1) !== Infinity || values.at(-1) !== count) {
      throw new Error(`${name}: no histogram`)
    }
  }
}

/** The value of one sample; `undefined`: there is none. */
export const valueOf = (
  families: readonly ReadFamily[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined =>
  families
    .flatMap(({ samples }) => samples)
    .find(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )?.value
