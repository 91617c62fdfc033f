/** More than a person can take up in a day of learning a product; then it falls silent. */
export const SHOWN_PER_DAY_MAX = 12
/** Also of those that nobody saw, or that better ones replaced: a state that leaps about fills no log. */
export const DECIDED_PER_DAY_MAX = 36
/** Somebody who saw it so often in a week, and did not do it, does not want to. */
export const SHOWN_PER_ACTION_MAX = 3
export const ACTION_WINDOW_MS = 7 * 86_400_000
/** Who waved something away is left alone with it for some days. */
export const SNOOZE_MS = 3 * 86_400_000
/** After whatever a person answered: time to do it, or to go on with what they were doing. */
export const QUIET_MS = 30_000
/** Somebody clicked and may still be at it. */
export const AGAIN_AFTER_CLICK_MS = 3_600_000
/** A modal stops people: at most one in half an hour, the next best thing is shown at the side. */
export const MODAL_GAP_MS = 1_800_000
/**
 * What somebody has seen for longer gives way to no better word: taken back from those alone who did not
 * click, it would count for nothing, and its clicks would.
 */
export const GIVES_WAY_FOR_MS = 60_000
/** What was not answered within a day was not noticed, or not wanted: something else is tried. */
export const STANDS_FOR_MS = 86_400_000
