import type { UiComponent } from '../../contract/recommendation.ts'
import type { Action } from './catalogue.ts'
import {
  ACTION_WINDOW_MS,
  AGAIN_AFTER_CLICK_MS,
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
  const { recommendations } = past
  const shown = recommendations.filter(({ exposedAt }) => exposedAt !== null)
  const today = shown.filter(({ exposedAt }) => isWithin(exposedAt, DAY_MS, now))
  if (today.length >= SHOWN_PER_DAY_MAX) return []
  const answered = recommendations.some(
    ({ clickedAt, dismissedAt }) =>
      isWithin(clickedAt, QUIET_MS, now) || isWithin(dismissedAt, QUIET_MS, now),
  )
  return answered ? [] : candidates.filter(({ id }) => !isTiresome(id, past, now))
}

function isTiresome(action: string, { recommendations, dismissed }: Past, now: number): boolean {
  if (isWithin(dismissed[action] ?? null, SNOOZE_MS, now)) return true
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
