import type { Context } from 'hono'
import type { z } from 'zod'
import type { FieldIssue } from '../contract/errors.ts'
import { type Result, fail, ok } from '../contract/result.ts'
import type { HttpEnv } from './context.ts'
import { readBody } from './read-body.ts'
import type { Refusal } from './refuse.ts'
import { unstorable } from './storable.ts'

/** A sign-up is a few hundred bytes; a referrer of the longest kind still fits several times. */
const BODY_MAX_BYTES = 16_384

const TOO_LARGE: Refusal = {
  code: 'payload_too_large',
  message: `The body must not exceed ${BODY_MAX_BYTES} bytes.`,
}

/** Reads a JSON body of limited size and parses it; whatever is wrong is one clear refusal. */
export async function readJson<T extends z.ZodType>(
  c: Context<HttpEnv>,
  schema: T,
): Promise<Result<z.infer<T>, Refusal>> {
  if (!/^application\/json\s*(?:;|$)/i.test(c.req.header('content-type') ?? '')) {
    return fail({
      code: 'unsupported_media_type',
      message: 'The body must be sent as application/json.',
    })
  }
  const bytes = await readBody(c.req.raw, BODY_MAX_BYTES)
  if (bytes === null) return fail(TOO_LARGE)
  const json = parse(decode(bytes))
  if (!json.ok) return fail({ code: 'malformed_json', message: 'The body is not valid JSON.' })
  const issue = unstorable(json.value)
  if (issue !== null) return fail(invalid([issue]))
  const parsed = schema.safeParse(json.value)
  return parsed.success ? ok(parsed.data) : fail(validationRefusal(parsed.error))
}

export const validationRefusal = (error: z.ZodError, prefix: string[] = []): Refusal =>
  invalid(
    error.issues.flatMap((issue) =>
      // An unknown field is named itself, not the object that has it.
      (issue.code === 'unrecognized_keys' ? issue.keys : [null]).map((key) => ({
        path: [...prefix, ...issue.path, ...(key === null ? [] : [key])].join('.'),
        message: key === null ? issue.message : 'is not a known field',
      })),
    ),
  )

const invalid = (details: readonly FieldIssue[]): Refusal => ({
  code: 'validation_failed',
  message: 'The request is not valid.',
  details,
})

/** Bytes that are not UTF-8 become the empty text, which is not JSON either. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
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
