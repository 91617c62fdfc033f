import { type Result, fail, ok } from '../../../src/contract/result.ts'
import type { StepFailure } from '../../../src/contract/hydration.ts'
import { providerFailure } from '../../../src/core/hydration/failure.ts'
import type { MailRepeats, Mailer } from '../../../src/core/ports.ts'
import type { Invocation } from '../invocation.ts'
import type { Stage } from '../stage.ts'
import { type Fate, type HttpAnswer, Line } from './line.ts'

/** As `CALL_TIMEOUT_MS` of the real client. */
const TIMEOUT_MS = 5_000
/** Resend promises no more. */
const KEY_LIFETIME_MS = 24 * 3_600_000

export interface Mail {
  readonly kind: 'proof' | 'invitation'
  readonly id: string
  readonly to: string
}

/** The code that is in a mail, eight digits in the real one. */
export const codeIn = (mail: string): string => `code of ${mail}`

/** Resend, for which a key that it knows sends nothing; or a provider that knows no keys. */
export class SimulatedMail {
  /** Every mail that went out, in order. */
  readonly delivered: Mail[] = []
  readonly repeats: MailRepeats
  readonly #stage: Stage
  readonly #line: Line
  readonly #keys = new Map<string, number>()
  readonly #onDelivery: (mail: Mail) => void

  constructor(stage: Stage, repeats: MailRepeats, onDelivery: (mail: Mail) => void) {
    this.#stage = stage
    this.repeats = repeats
    this.#onDelivery = onDelivery
    this.#line = new Line(stage, 'mail', TIMEOUT_MS)
  }

  mailer(invocation: Invocation): Mailer {
    const { proofMailKey, invitationMailKey } = this.#stage.decisions
    return {
      repeats: this.repeats,
      sendProof: ({ id, to }) =>
        this.#post(invocation, { kind: 'proof', id, to }, proofMailKey(id)),
      sendInvitation: ({ id, to }) =>
        this.#post(invocation, { kind: 'invitation', id, to }, invitationMailKey(id)),
    }
  }

  async #post(invocation: Invocation, mail: Mail, key: string): Promise<Result<null, StepFailure>> {
    const answer = await this.#line.call(invocation, `send ${mail.kind}`, (fate) =>
      this.#send(mail, key, fate),
    )
    if (answer?.status === 200) return ok(null)
    const retryAfter = answer?.retryAfterSeconds?.toString() ?? null
    return fail(providerFailure('resend', answer?.status ?? null, '', retryAfter))
  }

  #send(mail: Mail, key: string, fate: Fate): HttpAnswer {
    if (fate === 'breaks_before') return { status: 500 }
    if (!this.#knows(key)) {
      this.#keys.set(key, this.#stage.scheduler.now)
      this.delivered.push(mail)
      this.#onDelivery(mail)
    }
    return { status: fate === 'breaks_after' ? 500 : 200 }
  }

  #knows(key: string): boolean {
    const since = this.#keys.get(key)
    if (since === undefined || this.repeats === 'at_least_once') return false
    return this.#stage.scheduler.now - since < KEY_LIFETIME_MS
  }
}
