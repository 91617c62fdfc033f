import { z } from 'zod'

const times = z.int().min(1).max(1_000_000).optional()
const MAX_SECONDS = 600

/** Answers that nobody should be shown, by name. */
export const Mischief = z.enum([
  'malformed',
  'fenced',
  'talkative',
  'truncated',
  'refusal',
  'empty',
  'markup',
  'link',
  'unknown_component',
  'unknown_action',
])
export type Mischief = z.infer<typeof Mischief>

/**
 * What can be made to go wrong; `times` requests long, or until taken back.
 *
 * | kind | the caller |
 * |---|---|
 * | `status` | gets that status, with `retryAfter` seconds and `code` if they are given |
 * | `silence` | hears nothing for so many seconds, then the answer |
 * | `reject` | finds the connection closed |
 * | `answer` | gets an answer that is spoilt in that way |
 * | `say` | gets exactly this text, with this `finish_reason` |
 * | `obey` | is answered by somebody who does whatever the data says |
 */
export const ModelFault = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    retryAfter: z.string().optional(),
    code: z.string().optional(),
    times,
  }),
  z.object({ kind: z.literal('silence'), seconds: z.number().positive().max(MAX_SECONDS), times }),
  z.object({ kind: z.literal('reject'), times }),
  z.object({ kind: z.literal('answer'), how: Mischief, times }),
  z.object({
    kind: z.literal('say'),
    content: z.string().nullable(),
    finishReason: z.string().default('stop'),
    times,
  }),
  z.object({ kind: z.literal('obey'), dressed: z.boolean().default(false), times }),
])
export type ModelFault = z.input<typeof ModelFault>

export const Control = z.object({ fault: ModelFault.nullable() })

/** The one fault in force. It lives in memory: a restart clears it. */
export class ModelFaults {
  #fault: z.infer<typeof ModelFault> | null = null
  #taken = 0

  get current(): z.infer<typeof ModelFault> | null {
    return this.#fault
  }

  set(fault: z.infer<typeof ModelFault> | null): void {
    this.#fault = fault
    this.#taken = 0
  }

  /** The fault that this request meets, which uses up one of its times. */
  take(): z.infer<typeof ModelFault> | null {
    const fault = this.#fault
    this.#taken += 1
    if (fault?.times !== undefined && this.#taken >= fault.times) this.#fault = null
    return fault
  }
}
