import { z } from 'zod'
import { type BehaviourEvent, EventType, Identifier } from '../../contract/behaviour.ts'
import { UiComponent } from '../../contract/recommendation.ts'
import { shortHash } from '../short-hash.ts'

const ActionId = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,47}$/)
  // Journeys are objects that have actions for keys.
  .refine((id) => !(id in {}), { message: 'is a name that every object has' })
/** A page of the product; `:name` stands for one part of the path. */
const PagePath = z
  .string()
  .max(128)
  .regex(/^\/(?:(?::?[A-Za-z0-9_.-]+)(?:\/:?[A-Za-z0-9_.-]+)*)?$/)
  .refine((path) => !/\/\.{1,2}(?:\/|$)/.test(path), { message: 'must not hold "." or ".."' })
/** Where people can be sent: a page without open parts. */
const Target = PagePath.refine((path) => !path.includes(':'), { message: 'must not hold ":"' })

/** Events that show that an action was done. One with an error shows nothing. */
const EventPattern = z
  .strictObject({
    type: EventType,
    target: Identifier.exactOptional(),
    path: PagePath.exactOptional(),
  })
  .refine(({ target, path }) => target !== undefined || path !== undefined, {
    message: 'needs a target or a path',
  })
export type EventPattern = z.infer<typeof EventPattern>

/** When an action makes sense; what is left out does not matter. */
const Precondition = z.strictObject({
  /** Whether the person has shown that the address is theirs. */
  proven: z.boolean().exactOptional(),
  /** All of these were done. */
  after: z.array(ActionId).exactOptional(),
  /** The last thing that was tried failed with one of these. */
  errors: z.array(Identifier).exactOptional(),
  plans: z.array(z.string()).exactOptional(),
  /** Since sign-up. */
  minDays: z.int().nonnegative().exactOptional(),
  maxDays: z.int().nonnegative().exactOptional(),
})

const Action = z.strictObject({
  id: ActionId,
  /** As on a button: "Create your first project". */
  title: z.string().min(1).max(60),
  /** What the person has of it, a sentence. */
  benefit: z.string().min(1).max(120),
  path: Target,
  component: UiComponent.exclude(['none']),
  completedBy: z.array(z.union([z.literal('proof'), EventPattern])).min(1),
  when: Precondition,
  /** The rules prefer more. */
  priority: z.int().min(1).max(100),
  /** Pages on which it fits best. */
  pages: z.array(PagePath).exactOptional(),
})
export type Action = z.infer<typeof Action>

const Fields = z.strictObject({
  /** Every page of the product; others are not known, and not kept. */
  pages: z.array(PagePath).min(1),
  /** The action that shows that somebody is using the product. */
  activation: ActionId,
  actions: z.array(Action).min(1).max(100),
})
export type CatalogueFields = z.input<typeof Fields>

const CatalogueRules = Fields.superRefine(({ pages, activation, actions }, context) => {
  const ids = new Set(actions.map(({ id }) => id))
  const complain = (message: string) => context.addIssue({ code: 'custom', message })
  if (ids.size < actions.length) complain('two actions have the same id')
  if (new Set(pages).size < pages.length) complain('two pages are the same')
  for (const id of [activation, ...actions.flatMap(({ when }) => when.after ?? [])]) {
    if (!ids.has(id)) complain(`there is no action ${id}`)
  }
  for (const id of neverPossible(actions)) complain(`nobody can ever be recommended ${id}`)
  const known = new Set(pages)
  for (const path of actions.flatMap(pathsOf)) {
    if (!known.has(path)) complain(`${path} is not one of the pages`)
  }
})

/** Those that wait for each other, or that contradict themselves. */
function neverPossible(actions: readonly Action[]): readonly string[] {
  const possible = new Set<string>()
  for (const _ of actions) {
    for (const action of actions) if (canFollow(action, possible)) possible.add(action.id)
  }
  return actions.map(({ id }) => id).filter((id) => !possible.has(id))
}

const canFollow = ({ when, completedBy }: Action, possible: ReadonlySet<string>): boolean =>
  (when.after ?? []).every((earlier) => possible.has(earlier)) &&
  (when.minDays ?? 0) <= (when.maxDays ?? Number.POSITIVE_INFINITY) &&
  !(when.proven === true && completedBy.includes('proof'))

const pathsOf = ({ path, pages = [], completedBy }: Action): readonly string[] => [
  path,
  ...pages,
  ...completedBy.flatMap((by) => (by === 'proof' ? [] : (by.path ?? []))),
]

/** What a product can do for its people, and how that shows. */
export interface Catalogue extends z.infer<typeof Fields> {
  /** Changes with anything in it. */
  readonly version: string
}

/** @throws ZodError if it contradicts itself */
export function defineCatalogue(fields: CatalogueFields): Catalogue {
  const parsed = CatalogueRules.parse(fields)
  return { ...parsed, version: shortHash(parsed) }
}

export const actionById = (catalogue: Catalogue, id: string): Action | undefined =>
  catalogue.actions.find((action) => action.id === id)

/** The actions that an event shows to be done. */
export const completedBy = (catalogue: Catalogue, event: BehaviourEvent): readonly string[] =>
  event.error !== undefined
    ? []
    : catalogue.actions
        .filter((action) => action.completedBy.some((by) => by !== 'proof' && fits(by, event)))
        .map(({ id }) => id)

const fits = ({ type, target, path }: EventPattern, event: BehaviourEvent): boolean =>
  type === event.type &&
  (target === undefined || target === event.target) &&
  (path === undefined || path === event.path)
