import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import { nextMessage } from './next-message.ts'

const SERVICES = ['database', 'billing', 'identity', 'mail'] as const
export type ServiceName = (typeof SERVICES)[number]

/** How long each service waits before it answers, in milliseconds; absent: not at all. */
export const Delays = z.partialRecord(z.enum(SERVICES), z.number().min(0).max(10_000))
export type Delays = z.infer<typeof Delays>

/** For each service a figure since it was started. */
const Calls = z.record(z.enum(SERVICES), z.number())
export type Calls = z.infer<typeof Calls>

const Ready = z.object({
  /** Where they are, as settings of the Worker. */
  settings: z.record(z.string(), z.string()),
  /** For whoever looks at the database past the Neon driver. */
  postgresUrl: z.string(),
  postgresPid: z.number().nullable(),
})
export type Ready = z.infer<typeof Ready>

export type Question = 'calls' | 'busyMs'

export interface Services extends Ready {
  /** How often each was called. */
  calls(): Promise<Calls>
  /** How long all its answers took together, in milliseconds; delays are not counted. */
  busyMs(): Promise<Calls>
  stop(): Promise<void>
}

/**
 * What stands behind a Worker, in a process of its own: PostgreSQL, billing, identity, mail, and a model
 * for whoever sets `OPENAI_API_KEY`.
 */
export async function startServices(delaysMs: Delays = {}): Promise<Services> {
  const entry = join(import.meta.dirname, 'services-process.ts')
  const child = fork(entry, [JSON.stringify(delaysMs)])
  const ready = Ready.parse(await nextMessage(child))
  const ask = async (question: Question): Promise<Calls> => {
    const answer = nextMessage(child)
    child.send(question)
    return Calls.parse(await answer)
  }
  return {
    ...ready,
    calls: () => ask('calls'),
    busyMs: () => ask('busyMs'),
    async stop() {
      const exit = once(child, 'exit')
      child.disconnect()
      await exit
    },
  }
}
