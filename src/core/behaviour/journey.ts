import { z } from 'zod'
import type { BehaviourEvent } from '../../contract/behaviour.ts'
import { type Catalogue, actionById, completedBy } from '../recommendation/catalogue.ts'

/**
 * How many events are told apart: the smallest ids, which are the same whatever order they come in.
 * Beyond it only matters that there were more.
 */
export const COUNTED_EVENTS_MAX = 20

const moment = z.number()

const Outcome = z.object({ at: moment, eventId: z.string(), error: z.string().nullable() })

/**
 * What a person has done. A join-semilattice: the union of two journeys is the same in any order, and
 * with anything that is in it already nothing changes. So events may arrive shuffled, doubled and
 * late, and two journeys can be made one.
 */
export const Journey = z.object({
  /** By action: when it was first done. */
  completed: z.record(z.string(), moment),
  /** By action: when its hint was last dismissed. */
  dismissed: z.record(z.string(), moment),
  /** The last thing that was tried: a form that was sent, or whatever told of an error. */
  outcome: Outcome.nullable(),
  /** Ids of events, sorted; the smallest ones. */
  counted: z.array(z.string()),
})
export type Journey = Readonly<z.infer<typeof Journey>>
type Outcome = z.infer<typeof Outcome>

export const EMPTY_JOURNEY: Journey = { completed: {}, dismissed: {}, outcome: null, counted: [] }

/** @returns the very same journey if the events say nothing new */
export function foldEvents(
  journey: Journey,
  events: readonly BehaviourEvent[],
  catalogue: Catalogue,
): Journey {
  const folded = events.reduce((soFar, event) => join(soFar, journeyOf(event, catalogue)), journey)
  return isSame(journey, folded) ? journey : folded
}

/** Everything that is in either. */
export const join = (one: Journey, other: Journey): Journey => ({
  completed: joinMoments(one.completed, other.completed, Math.min),
  dismissed: joinMoments(one.dismissed, other.dismissed, Math.max),
  outcome: laterOf(one.outcome, other.outcome),
  counted: smallest([...one.counted, ...other.counted]),
})

function journeyOf(event: BehaviourEvent, catalogue: Catalogue): Journey {
  const { type, at, eventId, target, error } = event
  const done = completedBy(catalogue, event).map((action) => [action, at] as const)
  const isDismissal =
    type === 'tooltip_dismiss' &&
    target !== undefined &&
    actionById(catalogue, target) !== undefined
  const isOutcome = type === 'form_submit' || error !== undefined
  return {
    completed: Object.fromEntries(done),
    dismissed: isDismissal ? { [target]: at } : {},
    outcome: isOutcome ? { at, eventId, error: error ?? null } : null,
    counted: [eventId],
  }
}

type Moments = Readonly<Record<string, number>>

function joinMoments(
  one: Moments,
  other: Moments,
  pick: (a: number, b: number) => number,
): Moments {
  const joined = { ...one }
  for (const [name, at] of Object.entries(other)) joined[name] = pick(joined[name] ?? at, at)
  return joined
}

/** At the same moment the larger id counts as later, so that everybody agrees. */
function laterOf(one: Outcome | null, other: Outcome | null): Outcome | null {
  if (one === null || other === null) return one ?? other
  if (one.at !== other.at) return one.at > other.at ? one : other
  if (one.eventId !== other.eventId) return one.eventId > other.eventId ? one : other
  return (one.error ?? '') >= (other.error ?? '') ? one : other
}

const smallest = (ids: readonly string[]): string[] =>
  [...new Set(ids)].toSorted((a, b) => (a < b ? -1 : 1)).slice(0, COUNTED_EVENTS_MAX)

const isSame = (one: Journey, other: Journey): boolean =>
  areSameMoments(one.completed, other.completed) &&
  areSameMoments(one.dismissed, other.dismissed) &&
  one.outcome?.at === other.outcome?.at &&
  one.outcome?.eventId === other.outcome?.eventId &&
  one.outcome?.error === other.outcome?.error &&
  one.counted.join() === other.counted.join()

function areSameMoments(one: Moments, other: Moments): boolean {
  const names = Object.keys(other)
  return (
    names.length === Object.keys(one).length && names.every((name) => one[name] === other[name])
  )
}
