import { z } from 'zod'

/**
 * Live sessions of one subject. Nobody uses a hundred at once; somebody who types another's address
 * a hundred times may try. A message that names them all stays far below the queue's 128 KB.
 */
export const SESSIONS_MAX = 100

/** How a session came to be. */
export const SessionOrigin = z.enum([
  'sign_up',
  /** By the link of a mail: proved as it was opened. */
  'link',
  /** By somebody signed in, here or elsewhere. */
  'signed_in',
])
export type SessionOrigin = z.infer<typeof SessionOrigin>

/**
 * Queue `hydration`: "look at yourself". It carries no personal data and decides nothing; whoever
 * receives it asks the subject's object what is due. `sessions` lets the index know of them even
 * when that object cannot answer.
 */
export const WakeMessage = z.object({
  v: z.literal(1),
  /** The subject, 43 characters of base64url. */
  key: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  sessions: z
    .array(
      z.object({
        specId: z.uuid(),
        run: z.int().positive(),
        openedAt: z.int(),
        /** Of the run. Messages of before have none. */
        deadlineAt: z.int().exactOptional(),
        origin: SessionOrigin.exactOptional(),
      }),
    )
    .max(SESSIONS_MAX),
  /** W3C trace context of the request that opened the newest run. */
  traceparent: z.string().max(64),
})
export type WakeMessage = z.infer<typeof WakeMessage>
