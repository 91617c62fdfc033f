const SECOND_MS = 1_000
const HOUR_MS = 3_600_000

/**
 * How long an answer counts. What it says of a state does not grow old: catalogue, prompt and model
 * are in its key. A day bounds how long a poor one is shown, and asks about each state that people
 * stand in once a day.
 */
export const ANSWER_VALID_MS = 24 * HOUR_MS

/**
 * Who won the right to ask has sent the question by then, and a consumer has begun; then nobody else
 * needs to. If neither lived to do so, the next who wants to know asks.
 */
export const CLAIM_MS = 120 * SECOND_MS

/** Longer than the slowest call with its wait for a permit; after that the consumer has died. */
export const HOLD_MS = 30 * SECOND_MS

/**
 * What a model could not answer three times it can hardly answer a minute later. Until then only an
 * operator asks again.
 */
export const FAILED_FOR_MS = HOUR_MS

/** Of a question whose turn does not come: the rules have long since spoken, and who stands so asks anew. */
export const WAIT_FOR_TURN_MS = HOUR_MS

/** Nobody is told anything after a day: what was said then is not about them any more. */
export const WAITER_KEPT_MS = 24 * HOUR_MS

/** Answers and questions are kept for people to look at, a week after they last counted. */
export const ANSWER_KEPT_MS = 7 * 24 * HOUR_MS

/** Two days of hours: the last 24 are shown. */
export const COUNTS_KEPT_MS = 48 * HOUR_MS
