export const HOUR_MS = 3_600_000

/**
 * A run that ended at its deadline is told to the index by the sweep, which comes after ten minutes
 * and has a share of a hundred: an hour lets it work off a thousand.
 */
export const RUN_SLACK_MS = HOUR_MS
/** One tick's share: a hundred calls of providers that serve sign-ups first. 14,000 accounts a day. */
export const ACCOUNTS_PER_TICK_MAX = 50
/** So soon the same account is not asked for again, however few there are. */
export const RECHECK_AFTER_MS = HOUR_MS
/** By then both counts of an hour have come in, also after an outage at its end. */
export const HOUR_CLOSED_AFTER_MS = HOUR_MS
/** An imbalance stays in sight over a weekend. */
export const COMPARED_MS = 72 * HOUR_MS
/** A count that an isolate could not write is given up by then; it may be there already. */
export const FLUSH_RETRY_MAX_MS = 24 * HOUR_MS
/** Later than any isolate repeats a flush: folded, its id is forgotten. */
export const FOLD_AFTER_MS = 48 * HOUR_MS
/** Longer than an incident is talked about. */
export const ACCEPTANCES_KEPT_MS = 35 * 24 * HOUR_MS
export const FINDINGS_KEPT_MS = 90 * 24 * HOUR_MS
/** Enough to begin with; each can be asked why it is stuck. */
export const OVERDUE_SHOWN_MAX = 10
export const FINDINGS_SHOWN_MAX = 100
