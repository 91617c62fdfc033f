import { z } from 'zod'
import { refuse } from './answers.ts'

// As the API documents them.
const MAX_RECIPIENTS = 50
const MAX_BATCH = 100
const MAX_SUBJECT_LENGTH = 998 // a header line of RFC 5322

const ADDRESS = /^(?:[^<>\r\n]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/

const Address = z.string().max(MAX_SUBJECT_LENGTH).regex(ADDRESS)
const oneLine = z.string().regex(/^[^\r\n]*$/)

/** A single address counts as a list of one. */
const Addresses = z
  .union([Address.transform((address) => [address]), z.array(Address)])
  .pipe(z.array(z.string()).max(MAX_RECIPIENTS))

const Tag = z.object({
  name: z.string().regex(/^[\w-]{1,256}$/),
  value: z.string().regex(/^[\w-]{1,256}$/),
})

const Payload = z.object({
  from: Address,
  to: Addresses.pipe(z.array(z.string()).min(1)),
  subject: oneLine.max(MAX_SUBJECT_LENGTH),
  html: z.string().nullish(),
  text: z.string().nullish(),
  cc: Addresses.nullish(),
  bcc: Addresses.nullish(),
  reply_to: Addresses.nullish(),
  headers: z.record(oneLine, oneLine).nullish(),
  tags: z.array(Tag).nullish(),
})
export type Payload = z.infer<typeof Payload>

const REQUIRED = ['from', 'to', 'subject'] as const

// To drop them silently would let a test pass that fails with the real provider.
const UNSUPPORTED = ['attachments', 'scheduled_at', 'template', 'topic_id']

const EXPLANATIONS: Record<string, string> = {
  from: 'The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.',
  to: `It takes 1 to ${MAX_RECIPIENTS} addresses in the \`email@example.com\` or \`Name <email@example.com>\` format.`,
  tags: 'Tags should only contain ASCII letters, numbers, underscores, or dashes.',
}

/** @throws a Refusal that names the first field that is wrong. */
export function readPayload(value: unknown): Payload {
  const record = z.record(z.string(), z.unknown()).safeParse(value)
  if (!record.success) throw refuse('validation_error', 'The request body must be a JSON object.')
  for (const name of REQUIRED) {
    if (record.data[name] === undefined) {
      throw refuse('missing_required_field', `Missing \`${name}\` field.`)
    }
  }
  for (const name of UNSUPPORTED) {
    if (record.data[name] === undefined) continue
    throw refuse('validation_error', `The local mail service does not support \`${name}\`.`)
  }
  const payload = Payload.safeParse(record.data)
  if (!payload.success) throw explain(payload.error)
  if (!payload.data.html && !payload.data.text) {
    throw refuse('validation_error', 'Missing `html` or `text` field.')
  }
  return payload.data
}

/** @throws a Refusal when any of them is wrong: a batch is sent as a whole. */
export function readBatch(value: unknown): Payload[] {
  const list = z.array(z.unknown()).min(1).max(MAX_BATCH).safeParse(value)
  if (list.success) return list.data.map((item) => readPayload(item))
  throw refuse('validation_error', `The request body must be an array of 1 to ${MAX_BATCH} emails.`)
}

/** @throws a Refusal for text that is not JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refuse('validation_error', 'The request body is not valid JSON.')
  }
}

function explain(error: z.ZodError): Error {
  const field = String(error.issues[0]?.path[0] ?? '')
  const name = field === 'from' ? 'invalid_from_address' : 'validation_error'
  return refuse(name, `Invalid \`${field}\` field. ${EXPLANATIONS[field] ?? ''}`.trim())
}
