/** The lock of one subject: long enough for slow providers, short enough to be reclaimed soon. */
export const LEASE_MS = 30_000
/** A run that cannot be finished within a day is an operator's, not a person's, matter. */
export const RUN_DEADLINE_MS = 24 * 3_600_000
/** A lost reply is retried within minutes, by the same page; later it is a new intention. */
export const IDEMPOTENCY_WINDOW_MS = 10 * 60_000
/** The window of the exact limit, which counts sessions opened by one client for one subject. */
export const OPEN_WINDOW_MS = 60_000
/** Of one client for one subject: twenty times what the limit of a minute lets through. */
export const SESSIONS_PER_CLIENT_MAX = 60
/** All sessions of one minute lead to one mail, which only the owner of the address reads. */
export const MAIL_COALESCE_MS = 60_000
/** Far above what a forgetful person asks for, low enough that nobody can be flooded. */
export const MAILS_PER_DAY_MAX = 20
export const DAY_MS = 24 * 3_600_000
/** The wake-up is repeated after this time when nobody came; a healthy queue takes about one second. */
export const WAKE_REPEAT_BASE_MS = 10_000
/** How seldom it gets: the longest anybody waits after the queue comes back. */
export const WAKE_REPEAT_MAX_MS = 300_000
