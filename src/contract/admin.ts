import { z } from 'zod'
import type { BudgetSnapshot, Provider } from './budget-rpc.ts'

/** Names are for the audit and as long as an address may be, reasons are a sentence. */
const OPERATOR_MAX_CHARS = 320
const REASON_MAX_CHARS = 500
/** A page of rows that a person reads. */
const PAGE_MAX = 200
const PAGE_DEFAULT = 50
const LETTER_ID_MAX_CHARS = 200

/** In URLs, where `%00` is a character, and in Postgres, where it is none. */
export const LetterId = z
  .string()
  .max(LETTER_ID_MAX_CHARS)
  .refine((id) => !id.includes('\0'), { error: 'must not hold NUL' })

export const OperatorName = z.string().trim().min(1).max(OPERATOR_MAX_CHARS)

/** Who does it, and why: kept for good. Whoever came through Access need not say who they are. */
export const OperatorRequest = z.strictObject({
  operator: OperatorName,
  reason: z.string().trim().min(1).max(REASON_MAX_CHARS),
})
export type OperatorRequest = z.infer<typeof OperatorRequest>

export const Fingerprint = z.string().regex(/^[\da-f]{16}$/)

const limit = z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT)

/** `after`: the `next` of the page before. */
export const LetterPage = z.strictObject({
  limit,
  after: LetterId.optional(),
  state: z.enum(['open', 'replaying', 'resolved', 'failed_again', 'dismissed', 'gone']).optional(),
})
export type LetterPage = z.infer<typeof LetterPage>

export const ActionPage = z.strictObject({ limit, after: z.uuid().optional() })
export type ActionPage = z.infer<typeof ActionPage>

// What operators are shown. Moments are epoch milliseconds; nothing leads to an address.

/** Letters that somebody should look at, and went wrong in the same way. */
export interface LetterGroup {
  readonly fingerprint: string
  readonly source: 'run' | 'message'
  /** Of failed runs. */
  readonly step: string | null
  readonly kind: string | null
  /** Of the newest. */
  readonly sampleDetail: string
  readonly open: number
  readonly replaying: number
  readonly oldest: number
  readonly newest: number
  /** The replay that is going on. */
  readonly replay: string | null
}

export interface LetterView {
  readonly id: string
  readonly source: 'run' | 'message'
  readonly specId: string | null
  readonly run: number | null
  readonly step: string | null
  readonly kind: string | null
  readonly detail: string
  readonly state: NonNullable<LetterPage['state']>
  readonly failedAt: number
  readonly settledAt: number | null
  /** The replay that has it or had it last, and the stage in which its turn came. */
  readonly replay: string | null
  readonly stage: number | null
}

/** What a replay of the group would do, as far as the index knows. */
export interface ReplayPreview {
  readonly fingerprint: string
  /** How many letters would be replayed, and of how many people. */
  readonly letters: number
  readonly people: number
  /**
   * Open letters that a replay would leave alone or find closed: messages that cannot be read, and
   * sessions that have moved on.
   */
  readonly notReplayable: number
  /** How many letters each stage begins with. */
  readonly stages: readonly number[]
  /**
   * What would run for each, in order. Those before the failed one find what they made and confirm
   * it. Empty for messages: their subject is woken, and does what is due.
   */
  readonly steps: readonly { readonly name: string; readonly effect: 'confirm' | 'perform' }[]
  /** Some of the first to come. */
  readonly samples: readonly LetterView[]
  /** The replay that is going on, and would have to end first. */
  readonly replay: string | null
}

export interface ReplayView {
  readonly id: string
  readonly fingerprint: string
  readonly state: 'running' | 'done' | 'stopped'
  readonly stage: number
  readonly operator: string
  readonly reason: string
  readonly requestedAt: number
  readonly endedAt: number | null
  readonly stoppedAs: 'recurrence' | 'other_failure' | 'timed_out' | 'by_operator' | null
  /** The letter that failed again. */
  readonly stoppedAtLetter: string | null
  /** Of the group when it was asked for. */
  readonly letters: number
  /** How those stand now. */
  readonly counts: Readonly<Record<NonNullable<LetterPage['state']>, number>>
}

/** Whom the audit will name. */
export interface OperatorResponse {
  /** As Cloudflare Access knows them; `null`: each request says so itself. */
  readonly operator: string | null
}

/** What each provider may be asked, what it has shown, and what was spent on it. */
export interface BudgetsResponse {
  readonly budgets: readonly BudgetSnapshot[]
  /** Those whose budget did not answer: nobody calls them meanwhile. */
  readonly unanswered: readonly Provider[]
}

export interface ActionView {
  readonly id: string
  readonly action:
    | 'replay'
    | 'stop'
    | 'dismiss'
    | 'decide_again'
    | 'rebuild_bandit'
    | 'export_person'
    | 'erase_person'
  readonly operator: string
  readonly reason: string
  /** The group of dead letters that it was about. */
  readonly fingerprint: string | null
  readonly replay: string | null
  readonly at: number
  /** `null`: not over yet. */
  readonly outcome: string | null
  readonly endedAt: number | null
}
