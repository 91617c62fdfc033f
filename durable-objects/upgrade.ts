import { z } from 'zod'
import type { Caller } from '../src/contract/behaviour-rpc.ts'

const CallerText = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(
    z.discriminatedUnion('role', [
      z.object({ role: z.literal('speculative'), specId: z.uuid(), authEpoch: z.int() }),
      z.object({ role: z.literal('member'), userId: z.uuid(), member: z.uuid() }),
    ]),
  ) satisfies z.ZodType<Caller>

const Params = z.object({
  caller: CallerText,
  after: z.coerce.number().int().nonnegative().nullable(),
})

/** What the Worker, which verified the token, tells of a socket that wants in. */
export const readUpgrade = (request: Request) =>
  Params.parse(Object.fromEntries([['after', null], ...new URL(request.url).searchParams]))
