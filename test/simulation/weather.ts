import { type Fault, FAULT_KINDS, type Outage, PARTS, type Weather } from './faults.ts'
import type { Random } from './random.ts'
import { START } from './scheduler.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Minutes as a rule; now and then longer than a run may last. */
const OUTAGE_MAX_MS = 30 * 60 * MINUTE_MS

/**
 * How likely a fault is at one opportunity, where its kind is on. Rarer ones hardly ever meet a
 * person's few hundred opportunities; with more, nothing is ever finished and little is learnt.
 */
const RATE_MIN = 0.003
const RATE_MAX = 0.25

/**
 * Swarm testing (Groce et al., 2012): each run has its own few kinds of fault, each at its own rate.
 * A bug that needs many of one kind and none of another is found where every run has a bit of all
 * kinds and would never get there.
 */
export function drawWeather(random: Random): Weather {
  const until = START + random.spread(5 * MINUTE_MS, 4 * DAY_MS)
  const roughness = random.pick([0, 0.15, 0.3, 0.6])
  const rates: Partial<Record<Fault, number>> = {}
  for (const fault of FAULT_KINDS) {
    if (random.chance(roughness)) rates[fault] = drawRate(random)
  }
  return { rates, outages: drawOutages(random, roughness, until), until }
}

const drawRate = (random: Random): number => RATE_MIN * (RATE_MAX / RATE_MIN) ** random.next()

function drawOutages(random: Random, roughness: number, until: number): readonly Outage[] {
  return PARTS.flatMap((part) => {
    if (!random.chance(roughness)) return []
    const from = random.int(START, until)
    const length = random.spread(MINUTE_MS, OUTAGE_MAX_MS)
    return [{ part, from, until: Math.min(from + length, until) }]
  })
}

/** For the reader of a story: what this run is about. */
export function tellWeather({ rates, outages, until }: Weather): string {
  const percent = Object.entries(rates).map(
    ([fault, rate]) => `${fault} ${(rate * 100).toFixed(1)} %`,
  )
  const down = outages.map(
    ({ part, from, until: end }) => `no ${part} ${hours(from)} to ${hours(end)}`,
  )
  return `until ${hours(until)}: ${[...percent, ...down].join(', ') || 'calm'}`
}

const hours = (moment: number): string => `${((moment - START) / 3_600_000).toFixed(1)} h`
