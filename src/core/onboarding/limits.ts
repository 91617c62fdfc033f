/** The lock of one subject: long enough for slow providers, short enough to be reclaimed soon. */
export const LEASE_MS = 30_000
/**
 * Providers know no fence: a removal whose answer was lost may still arrive, and must not meet what a
 * person who came back was given meanwhile. Nothing that was sent is still on its way after this.
 */
export const REMOVALS_SETTLE_MS = 600_000
/** A run that cannot be finished within a day is an operator's, not a person's, matter. */
export const RUN_DEADLINE_MS = 24 * 3_600_000
/** A lost reply is retried within minutes, by the same page; later it is a new intention. */
export const IDEMPOTENCY_WINDOW_MS = 10 * 60_000
/** The window of the exact limit, which counts sessions opened by one client for one subject. */
export const OPEN_WINDOW_MS = 60_000
/** In the place of a client: whoever is signed in as the subject. No keyed hash is that short. */
export const SIGNED_IN = 'self'
/** Of one wallet, within the life of a nonce: far more than a person signs. */
export const SIGN_INS_MAX = 20
/** Of one client for one subject: twenty times what the limit of a minute lets through. */
export const SESSIONS_PER_CLIENT_MAX = 60
/** All sessions of one minute lead to one mail, which only the owner of the address reads. */
export const MAIL_COALESCE_MS = 60_000
/** Far above what a forgetful person asks for, low enough that nobody can be flooded. */
export const MAILS_PER_DAY_MAX = 20
export const DAY_MS = 24 * 3_600_000
/** The wake-up is repeated after this time when nobody came; a healthy queue takes about one second. */
export const WAKE_REPEAT_BASE_MS = 10_000
/**
 * The same for what Postgres is to be told, which no person waits for: a consumer nearly always has told it
 * within seconds, and a ring that finds nothing to do is a request and two rows.
 */
export const TELLING_REPEAT_BASE_MS = 60_000
/** How seldom it gets: the longest anybody waits after the queue comes back. */
export const WAKE_REPEAT_MAX_MS = 300_000
/** How long an unproven account is kept whose entries were written before they said so. */
export const RETENTION_FALLBACK_MS = 30 * DAY_MS
/** Devices of one person at a time; the one longest not used makes room. */
export const MEMBERS_MAX = 20
/** A device that is not used for a month asks for a new proof. */
export const MEMBER_MAX_AGE_MS = 30 * DAY_MS
/** Two tabs, or a reply that was lost, are no theft. */
export const REFRESH_GRACE_MS = 10_000
/** An invitation lies in a mailbox: long enough for a holiday, no longer. */
export const INVITATION_LIFETIME_MS = 7 * DAY_MS
/** Ten minutes, as the mail says, and two for its way and for a tab that slept. */
export const CODE_LIFETIME_MS = 12 * 60_000
/** The link beside the code: long enough to change devices. */
export const PROOF_LINK_LIFETIME_MS = 3_600_000
/** Eight digits and five tries: one in twenty million for each session. */
export const CODE_TRIES_PER_SESSION_MAX = 5
/** Of all sessions together: who opens many of them gets no further than four. */
export const CODE_TRIES_PER_CODE_MAX = 20
/** Mails whose code or link may still count at a time. */
export const CHALLENGES_MAX = 24
/** In UTF-16 code units of its JSON: answers of a few pages. */
export const DRAFT_MAX_CHARS = 16_384
/** Each change is kept in the timeline: a form that saves every answer, several times over. */
export const DRAFT_CHANGES_MAX = 100
/** Providers forget keys after 24 h; an hour less leaves room for clocks and a last retry. */
export const MAIL_KEY_LIFETIME_MS = 23 * 3_600_000
