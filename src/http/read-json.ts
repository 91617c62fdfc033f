import type { Context } from 'hono'
import type { z } from 'zod'
import { type FieldIssue, fieldIssues } from '../contract/errors.ts'
import { type Result, fail, ok } from '../contract/result.ts'
import type { HttpEnv } from './context.ts'
import { readBody } from './read-body.ts'
import type { Refusal } from './refuse.ts'
import { unstorable } from '../core/storable.ts'

/** A sign-up is a few hundred bytes; a referrer of the longest kind still fits several times. */
const BODY_MAX_BYTES = 16_384

/** Reads a JSON body of limited size and parses it; whatever is wrong is one clear refusal. */
export async function readJson<T extends z.ZodType>(
  c: Context<HttpEnv>,
  schema: T,
): Promise<Result<z.infer<T>, Refusal>> {
  const json = await readUnknown(c, BODY_MAX_BYTES)
  if (!json.ok) return json
  const issue = unstorable(json.value)
  if (issue !== null) return fail(invalid([issue]))
  const parsed = schema.safeParse(json.value)
  return parsed.success ? ok(parsed.data) : fail(validationRefusal(parsed.error))
}

/** JSON of limited size of which nothing else is known: it may be as deep, and hold whatever text, as it likes. */
export async function readUnknown(
  c: Context<HttpEnv>,
  maxBytes: number,
): Promise<Result<unknown, Refusal>> {
  if (!/^application\/json\s*(?:;|$)/i.test(c.req.header('content-type') ?? '')) {
    return fail({
      code: 'unsupported_media_type',
      message: 'The body must be sent as application/json.',
    })
  }
  const bytes = await readBody(c.req.raw, maxBytes)
  if (bytes === null) {
    const message = `The body must not exceed ${maxBytes} bytes.`
    return fail({ code: 'payload_too_large', message })
  }
  const json = parse(decode(bytes))
  return json.ok ? json : fail({ code: 'malformed_json', message: 'The body is not valid JSON.' })
}

export const validationRefusal = (error: z.ZodError, prefix: string[] = []): Refusal =>
  invalid(fieldIssues(error, prefix))

export const invalid = (details: readonly FieldIssue[]): Refusal => ({
  code: 'validation_failed',
  message: 'The request is not valid.',
  details,
})

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** Bytes that are not UTF-8 become the empty text, which is not JSON either. */
function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return ''
  }
}

function parse(text: string): Result<unknown, null> {
  try {
    return ok(JSON.parse(text))
  } catch {
    return fail(null)
  }
}
