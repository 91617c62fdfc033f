import type { BehaviourMessage } from '../../contract/behaviour.ts'
import type { ObserveEvents, Published, Untold } from '../../contract/behaviour-rpc.ts'
import type { StepFailure } from '../../contract/hydration.ts'
import type { Result } from '../../contract/result.ts'
import type { OwnedEvent } from './store.ts'

/** A message that could be read, and whatever it is to be acknowledged by. */
export interface Delivery<M> {
  readonly message: M
  readonly body: BehaviourMessage
}

/** One question to one object, for however many messages. */
export interface Errand<M> {
  /** Of the subject. */
  readonly key: string
  /** What one person did; `null`: only what Postgres has not been told is asked for. */
  readonly observe: Pick<ObserveEvents, 'person' | 'events'> | null
  readonly deliveries: readonly Delivery<M>[]
}

/** So that a person's object is called once, however many of their messages came at once. */
export const errandsOf = <M>(deliveries: readonly Delivery<M>[]): readonly Errand<M>[] =>
  [...Map.groupBy(deliveries, ({ body }) => errandName(body)).values()].flatMap((own) => {
    const body = own[0]?.body
    return body === undefined
      ? []
      : [{ key: body.key, observe: observed(body, own), deliveries: own }]
  })

const errandName = (body: BehaviourMessage): string =>
  body.type === 'events' ? `${body.key} ${body.person}` : body.key

const observed = <M>(
  body: BehaviourMessage,
  deliveries: readonly Delivery<M>[],
): Errand<M>['observe'] =>
  body.type === 'events'
    ? { person: body.person, events: deliveries.flatMap((own) => eventsIn(own.body)) }
    : null

const eventsIn = (body: BehaviourMessage) => (body.type === 'events' ? body.events : [])

/** The events of a message as they are kept. */
export const ownedEvents = (body: BehaviourMessage): readonly OwnedEvent[] =>
  body.type === 'events'
    ? body.events.map((event) => ({ ...event, person: body.person, subjectKey: body.key }))
    : []

/** What several objects have to tell. */
export const together = (all: readonly Untold[]): Untold => ({
  journeys: all.flatMap(({ journeys }) => journeys),
  decisions: all.flatMap(({ decisions }) => decisions),
})

/** What an object is to hear once it is kept. */
export const publishedOf = ({ journeys, decisions }: Untold): readonly Published[] => [
  ...journeys.map(({ person: id, version }) => ({ id, version })),
  ...decisions.map(({ id, version }) => ({ id, version })),
]

/**
 * Keeps all at once, unless one of them is refused for what it is: then it is looked for by halves, and
 * the others are kept without it.
 *
 * @returns those that were not kept, and why
 */
export async function keepOrFindOut<T>(
  items: readonly T[],
  keep: (items: readonly T[]) => Promise<Result<null, StepFailure>>,
): Promise<ReadonlyMap<T, StepFailure>> {
  if (items.length === 0) return new Map()
  const kept = await keep(items)
  if (kept.ok) return new Map()
  if (kept.error.kind === 'unavailable' || items.length === 1) {
    return new Map(items.map((item) => [item, kept.error]))
  }
  const middle = Math.ceil(items.length / 2)
  const first = await keepOrFindOut(items.slice(0, middle), keep)
  const second = await keepOrFindOut(items.slice(middle), keep)
  return new Map([...first, ...second])
}
