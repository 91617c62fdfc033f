import { z } from 'zod'
import type { App } from './emulator.ts'

const times = z.int().min(1).max(1_000_000).optional()

/**
 * What can be made to go wrong, for experiments and tests; `times` requests long, or until taken back.
 *
 * | kind | the request | the caller |
 * |---|---|---|
 * | `status` | is not executed | gets that status; a 500 to a write counts as its result |
 * | `hang` | is not executed, but holds its idempotency key | gets no answer until it gives up |
 * | `reject` | is not executed | finds the connection closed |
 * | `commit_then_drop` | is executed, its result is stored | finds the connection closed; reads are spared |
 */
export const Fault = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status: z.int().min(400).max(599), times }),
  z.object({ kind: z.literal('hang'), times }),
  z.object({ kind: z.literal('reject'), times }),
  z.object({ kind: z.literal('commit_then_drop'), times }),
])
export type Fault = z.infer<typeof Fault>

const Control = z.object({ fault: Fault.nullable() })

/** The one fault in force. It lives in memory: a restart clears it. */
export class Faults {
  #fault: Fault | null = null
  #taken = 0

  get current(): Fault | null {
    return this.#fault
  }

  set(fault: Fault | null): void {
    this.#fault = fault
    this.#taken = 0
  }

  /** The fault that this request meets, which uses up one of its times. */
  take(method: string): Fault | null {
    const fault = this.#fault
    if (fault === null) return null
    if (fault.kind === 'commit_then_drop' && method === 'GET') return null
    this.#taken += 1
    if (fault.times !== undefined && this.#taken >= fault.times) this.#fault = null
    return fault
  }
}

/** `POST /_control {fault}` sets it, `GET /_control` shows it. */
export function controlFaults(app: App, faults: Faults): void {
  app.get('/_control', (c) => c.json({ fault: faults.current }))
  app.post('/_control', async (c) => {
    const body = Control.safeParse(await c.req.json().catch(() => undefined))
    if (!body.success) return c.json({ message: z.prettifyError(body.error) }, 400)
    faults.set(body.data.fault)
    return c.json({ fault: faults.current })
  })
}

/** Resolves when the caller has gone. */
export async function callerLeaves(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}
