import { z } from 'zod'
import { AccountKind } from './hydration.ts'
import { OperatorRequest } from './admin.ts'
import { EMAIL_MAX_OCTETS, type RunStatus } from './onboarding.ts'

/** What an operator types of a session's id: enough that few others begin alike. */
const SPEC_ID_START_MIN_CHARS = 4
/** What follows a beginning of an id, if nothing else does. */
const ID_OF_ZEROS = '00000000-0000-0000-0000-000000000000'
/** A page that a person reads. */
const PAGE_MAX = 200
const PAGE_DEFAULT = 50
/** `0x` and forty digits. */
const WALLET_MAX_CHARS = 42
/** `<epoch milliseconds>.<specId>`: thirteen digits last for another 250 years. */
const CURSOR = /^\d{1,13}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** An address as somebody types it; its identity is `normaliseEmail`'s to say. */
const Email = z.string().max(EMAIL_MAX_OCTETS * 2)

/** In its form, not only in its characters: Postgres compares ids, and takes nothing else for one. */
const beginsAnId = (start: string): boolean =>
  z.guid().safeParse(start + ID_OF_ZEROS.slice(start.length)).success

/**
 * Which sessions are looked for. Always in a body: an address in a URL would end up in logs. At most
 * one of `specId`, `userId` and `email`.
 */
export const SessionSearch = z
  .strictObject({
    /** The whole id or its beginning. */
    specId: z
      .string()
      .trim()
      .toLowerCase()
      .min(SPEC_ID_START_MIN_CHARS)
      .max(ID_OF_ZEROS.length)
      .refine(beginsAnId, { error: 'must be an id or the beginning of one' })
      .optional(),
    userId: z.uuid().optional(),
    email: Email.optional(),
    /**
     * `pending_long`: not over ten minutes after it was opened. `dead_lettered`: somebody should look
     * at it. `unfinished`: ended without a proof.
     */
    state: z.enum(['pending_long', 'failed', 'dead_lettered', 'unfinished']).optional(),
    limit: z.int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
    /** The `next` of the page before. */
    after: z.string().regex(CURSOR).optional(),
  })
  .refine(
    ({ specId, userId, email }) =>
      [specId, userId, email].filter((given) => given !== undefined).length <= 1,
    { error: 'only one of specId, userId and email can be looked for' },
  )
export type SessionSearch = z.infer<typeof SessionSearch>

/** A session as the index has it. Moments are epoch milliseconds. */
export interface FoundSession {
  readonly specId: string
  readonly run: number
  readonly status: RunStatus
  readonly openedAt: number
  readonly settledAt: number | null
  readonly archivedAt: number | null
  readonly provenAt: number | null
  /** The person is gone; the row leads to nobody. */
  readonly erasedAt: number | null
  readonly failure: { readonly step: string; readonly kind: string | null } | null
}

/** Who somebody is, as their account's row says. */
export interface FoundPerson {
  readonly userId: string
  readonly kind: AccountKind
  /** The address, the wallet, or `iss|sub`. */
  readonly identity: string
  readonly provenAt: number | null
}

/** `POST /api/admin/sessions/search`. The newest first. */
export interface SessionSearchResponse {
  readonly sessions: readonly FoundSession[]
  readonly next: string | null
  /** Only when one person was asked for; `null`: nobody was, or there is no account's row. */
  readonly person: FoundPerson | null
}

/** Somebody, by the one thing that is known of them. */
const PersonNamed = {
  specId: z.uuid().toLowerCase().optional(),
  userId: z.uuid().toLowerCase().optional(),
  email: Email.optional(),
  wallet: z.string().max(WALLET_MAX_CHARS).optional(),
}

/** Who is meant, who asks, and why: the last two are kept for good. */
export const PersonOrder = OperatorRequest.extend(PersonNamed).refine(
  ({ specId, userId, email, wallet }) =>
    [specId, userId, email, wallet].filter((given) => given !== undefined).length === 1,
  { error: 'exactly one of specId, userId, email and wallet says who is meant' },
)
export type PersonOrder = z.infer<typeof PersonOrder>

/** What an object knows of somebody: of unproven sessions nothing that was said in them. */
export const ObjectExport = z.object({
  timeline: z.array(z.unknown()).readonly(),
  /** What each session or the account did, and was recommended. */
  behaviour: z.array(z.unknown()).readonly(),
  /** Whom providers are asked about; objects of before do not say. */
  account: z
    .object({
      userId: z.string(),
      subjectKey: z.string(),
      kind: AccountKind,
      identity: z.string(),
      planId: z.string(),
      createdAt: z.int(),
    })
    .nullable()
    .default(null),
  /** By step name: what hydration found or created. */
  refs: z.record(z.string(), z.string()).default({}),
})
export type ObjectExport = z.infer<typeof ObjectExport>

/** `POST /api/admin/people/export`: what is held of somebody, as each store has it. */
export interface PersonExport {
  readonly exportedAt: number
  /** The person's object: an `ObjectExport`. */
  readonly object: unknown
  /** By table; the newest rows where there are very many. */
  readonly postgres: Readonly<Record<string, readonly unknown[]>>
  readonly archive: readonly unknown[]
  /** By hydration step, as its provider shows it; `null`: nothing there. */
  readonly providers: Readonly<Record<string, unknown>>
  /** Steps whose provider did not answer: ask again later. */
  readonly unanswered: readonly string[]
}

/** `202` of `POST /api/admin/people/erase`, and `GET /api/admin/people/erasures/:id`. */
export interface ErasureView {
  readonly id: string
  readonly state: 'running' | 'done'
  readonly orderedAt: number
  readonly completedAt: number | null
  /** What each store said, and an HMAC of it under our pepper; `null`: not over yet. */
  readonly receipt: {
    readonly erasure: string
    readonly orderedAt: number
    readonly completedAt: number
    readonly stores: readonly { readonly store: string; readonly emptiedAt: number }[]
    readonly signature: string
  } | null
}
