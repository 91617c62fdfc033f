import type { Context } from 'hono'
import { z } from 'zod'
import type { OperatorRequest } from '../../contract/admin.ts'
import { type Result, fail } from '../../contract/result.ts'
import type { HttpEnv } from '../context.ts'
import { invalid, readJson } from '../read-json.ts'
import type { Refusal } from '../refuse.ts'

/**
 * Reads what an operator wants done, and who they are. Whoever came through Access is who Access says:
 * they need not say so, and a body that names somebody else is refused, since the audit would
 * otherwise keep another name than its sender meant.
 */
export async function readOrder<T extends OperatorRequest>(
  c: Context<HttpEnv>,
  schema: z.ZodType<T>,
): Promise<Result<T, Refusal>> {
  const operator = c.get('operator')
  if (operator === null) return readJson(c, schema)
  const order = await readJson(c, z.preprocess(signedBy(operator), schema))
  if (!order.ok || order.value.operator === operator) return order
  return fail(invalid([{ path: 'operator', message: 'is not who is signed in' }]))
}

const signedBy =
  (operator: string) =>
  (body: unknown): unknown =>
    typeof body === 'object' && body !== null && !Array.isArray(body) && !('operator' in body)
      ? { ...body, operator }
      : body
