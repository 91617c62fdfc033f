import type { UiComponent } from '../../contract/recommendation.ts'
import type { Action } from './catalogue.ts'
import {
  ACTION_WINDOW_MS,
  AGAIN_AFTER_CLICK_MS,
  DECIDED_PER_DAY_MAX,
  MODAL_GAP_MS,
  QUIET_MS,
  SHOWN_PER_ACTION_MAX,
  SHOWN_PER_DAY_MAX,
  SNOOZE_MS,
} from './limits.ts'
import type { Recommendation } from './recommendation.ts'

const DAY_MS = 86_400_000

/** What a person was shown before, and what they waved away, by action. */
export interface Past {
  readonly recommendations: readonly Recommendation[]
  readonly dismissed: Readonly<Record<string, number>>
}

/** The candidates that a person may be bothered with now. */
export function withinCaps(
  candidates: readonly Action[],
  past: Past,
  now: number,
): readonly Action[] {
  const { recommendations, dismissed } = past
  const shown = recommendations.filter(({ exposedAt }) => isWithin(exposedAt, DAY_MS, now))
  const decided = recommendations.filter(({ decidedAt }) => isWithin(decidedAt, DAY_MS, now))
  if (shown.length >= SHOWN_PER_DAY_MAX || decided.length >= DECIDED_PER_DAY_MAX) return []
  const answers = recommendations.flatMap(({ clickedAt, dismissedAt }) => [clickedAt, dismissedAt])
  const isQuiet = [...answers, ...Object.values(dismissed)].some((at) =>
    isWithin(at, QUIET_MS, now),
  )
  return candidates.filter(
    (action) => (!isQuiet || isRemedy(action)) && !isTiresome(action.id, past, now),
  )
}

/** For what has just gone wrong: nobody is disturbed by help that they need now. */
const isRemedy = ({ when }: Action): boolean => when.errors !== undefined

function isTiresome(action: string, { recommendations, dismissed }: Past, now: number): boolean {
  if (isSnoozed(action, dismissed, now)) return true
  const same = recommendations.filter((one) => one.action === action)
  return (
    same.some(
      ({ clickedAt, dismissedAt }) =>
        isWithin(clickedAt, AGAIN_AFTER_CLICK_MS, now) || isWithin(dismissedAt, SNOOZE_MS, now),
    ) ||
    same.filter(({ exposedAt }) => isWithin(exposedAt, ACTION_WINDOW_MS, now)).length >=
      SHOWN_PER_ACTION_MAX
  )
}

/** Whether somebody has just waved this action's hint away, wherever they saw it. */
export const isSnoozed = (action: string, dismissed: Past['dismissed'], now: number): boolean =>
  isWithin(dismissed[action] ?? null, SNOOZE_MS, now)

/** Whether a limit still looks back at it, or its person may still answer it. */
export const isRemembered = (
  { decidedAt, exposedAt }: Pick<Recommendation, 'decidedAt' | 'exposedAt'>,
  now: number,
): boolean => isWithin(decidedAt, DAY_MS, now) || isWithin(exposedAt, ACTION_WINDOW_MS, now)

/** The same thing said with less force, if a modal has just stopped this person. */
export const componentNow = (
  component: Exclude<UiComponent, 'none'>,
  { recommendations }: Past,
  now: number,
): Exclude<UiComponent, 'none'> =>
  component === 'modal' &&
  recommendations.some(
    (one) => one.component === 'modal' && isWithin(one.exposedAt, MODAL_GAP_MS, now),
  )
    ? 'sidebar_hint'
    : component

const isWithin = (at: number | null, durationMs: number, now: number): boolean =>
  at !== null && now < at + durationMs
