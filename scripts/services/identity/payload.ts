import { z } from 'zod'
import { failure, refuse } from './answers.ts'
import { Refusal } from '../idempotency.ts'

// What bcrypt reads of a password.
const PASSWORD_MAX_BYTES = 72
const PASSWORD_MIN_CHARS = 10
const KINDS_MIN = 3
const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]
const THREE_ALIKE = /(.)\1\1/

const PER_PAGE_MAX = 100
const PER_PAGE = 50

const Email = z
  .string()
  .regex(/^[^\s@]{1,64}@[^\s@]{1,256}$/, {
    message: "Object didn't pass validation for format email",
  })
  .toLowerCase()
const text = z.string().min(1).max(300)
const Metadata = z.record(z.string(), z.unknown())

const Profile = {
  email: Email.optional(),
  email_verified: z.boolean().optional(),
  verify_email: z.boolean().optional(),
  password: z.string().optional(),
  blocked: z.boolean().optional(),
  name: text.optional(),
  nickname: text.optional(),
  given_name: text.optional(),
  family_name: text.optional(),
  picture: z.url().optional(),
  app_metadata: Metadata.optional(),
  user_metadata: Metadata.optional(),
}

export const NewUser = z.strictObject({
  ...Profile,
  connection: z.string().min(1),
  email: Email,
  password: z.string(),
  /** Without the provider in front. */
  user_id: z
    .string()
    .max(255)
    .regex(/^[^\s|]+$/)
    .optional(),
})
export type NewUser = z.infer<typeof NewUser>

export const UserChange = z.strictObject({ ...Profile, connection: z.string().optional() })
export type UserChange = z.infer<typeof UserChange>

const count = (max: number, fallback: number) =>
  z.coerce.number().int().min(0).max(max).default(fallback)

export const ListQuery = z.strictObject({
  page: count(1_000, 0),
  per_page: count(PER_PAGE_MAX, PER_PAGE),
  include_totals: z.stringbool().default(false),
})
export type ListQuery = z.infer<typeof ListQuery>

export const EmailQuery = z.strictObject({ email: z.string().min(1) })

/** @throws a Refusal that names the first field that is wrong. */
export function readBody<T extends { password?: string | undefined }>(
  schema: z.ZodType<T>,
  encoded: string,
): T {
  const body = check(schema, parseJson(encoded), 'invalid_body')
  // As the strictest policy wants it: whoever passes here passes everywhere.
  if (body.password !== undefined && !isStrong(body.password)) {
    throw new Refusal(failure(400, 'PasswordStrengthError: Password is too weak'))
  }
  return body
}

/** @throws a Refusal that names the first parameter that is wrong. */
export function readQuery<T>(schema: z.ZodType<T>, url: string): T {
  return check(schema, Object.fromEntries(new URL(url).searchParams), 'invalid_query_string')
}

function check<T>(schema: z.ZodType<T>, value: unknown, errorCode: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(`Payload validation error: '${explain(issue)}'.`, errorCode)
}

function explain(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') {
    return `Additional properties not allowed: ${issue.keys.join(', ')}`
  }
  const property = issue?.path.join('.') ?? ''
  return property === '' ? 'Expected an object' : `${issue?.message} on property ${property}`
}

function parseJson(encoded: string): unknown {
  try {
    return JSON.parse(encoded)
  } catch {
    throw refuse('Invalid request payload JSON format')
  }
}

const isStrong = (password: string): boolean =>
  password.length >= PASSWORD_MIN_CHARS &&
  Buffer.byteLength(password) <= PASSWORD_MAX_BYTES &&
  KINDS.filter((kind) => kind.test(password)).length >= KINDS_MIN &&
  !THREE_ALIKE.test(password)
