import { z } from 'zod'
import { refuse } from './answers.ts'
import { parseForm } from './form.ts'

// As the API documents them for metadata.
const MAX_METADATA_KEYS = 50
const MAX_METADATA_KEY_LENGTH = 40
const MAX_METADATA_VALUE_LENGTH = 500

const MAX_EMAIL_LENGTH = 512

const text = z.string().max(5_000)

const Metadata = z
  .record(z.string().max(MAX_METADATA_KEY_LENGTH), z.string().max(MAX_METADATA_VALUE_LENGTH))
  .refine((metadata) => Object.keys(metadata).length <= MAX_METADATA_KEYS, {
    message: `may have up to ${MAX_METADATA_KEYS} keys`,
  })

const Address = z.strictObject({
  city: text.optional(),
  country: text.optional(),
  line1: text.optional(),
  line2: text.optional(),
  postal_code: text.optional(),
  state: text.optional(),
})

const Email = z
  .string()
  .max(MAX_EMAIL_LENGTH)
  .regex(/^[^\s@]+@[^\s@]+$/, { message: 'email_invalid' })

/** An empty string unsets, as everywhere in the API. */
export const CustomerParameters = z.strictObject({
  email: z.union([z.literal(''), Email]).optional(),
  name: text.optional(),
  description: text.optional(),
  phone: text.optional(),
  address: z.union([z.literal(''), Address]).optional(),
  metadata: z.union([z.literal(''), Metadata]).optional(),
})
export type CustomerParameters = z.infer<typeof CustomerParameters>

const seconds = z.coerce.number().int().nonnegative()

export const ListParameters = z.strictObject({
  email: z.string().optional(),
  created: z.strictObject({ gte: seconds.optional(), lte: seconds.optional() }).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(10),
  starting_after: z.string().optional(),
})
export type ListParameters = z.infer<typeof ListParameters>

/** Of the query language one kind of clause: a metadata field that equals a text. */
export const SearchParameters = z.strictObject({
  query: z
    .string()
    .regex(/^metadata\['[^']{1,40}'\]:'[^']*'$/)
    .transform((query) => {
      const [, name = '', value = ''] = /^metadata\['(.*)'\]:'(.*)'$/.exec(query) ?? []
      return { name, value }
    }),
  limit: z.coerce.number().int().min(1).max(100).default(10),
})
export type SearchParameters = z.infer<typeof SearchParameters>

/** `items[0][price]`: one price, as far as anybody here needs. */
const OneItem = z
  .record(
    z.string(),
    z.strictObject({
      id: text.optional(),
      price: z.string().min(1).max(255),
      quantity: z.literal('1').optional(),
    }),
  )
  .refine((items) => Object.keys(items).length === 1, { message: 'must be one item' })
  .transform((items) => Object.values(items)[0]?.price ?? '')

const bool = z.enum(['true', 'false']).transform((word) => word === 'true')

const subscriptionFields = {
  cancel_at_period_end: bool.optional(),
  metadata: z.union([z.literal(''), Metadata]).optional(),
}

interface SubscriptionFields {
  readonly cancel_at_period_end?: boolean | undefined
  readonly metadata?: '' | Record<string, string> | undefined
  readonly trial_period_days?: number | undefined
}

export interface SubscriptionParameters extends SubscriptionFields {
  readonly price?: string | undefined
}
export const SubscriptionParameters: z.ZodType<SubscriptionParameters> = z
  .strictObject({ ...subscriptionFields, items: OneItem.optional() })
  .transform(({ items, ...rest }) => ({ ...rest, price: items }))

export const NewSubscription = z
  .strictObject({
    ...subscriptionFields,
    customer: z.string(),
    items: OneItem,
    trial_period_days: z.coerce.number().int().min(1).max(730).optional(),
  })
  .transform(({ items, ...rest }) => ({ ...rest, price: items }))

export const ListSubscriptions = z.strictObject({
  customer: z.string().optional(),
  status: z.enum(['all', 'active', 'trialing', 'canceled']).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(10),
})
export type ListSubscriptions = z.infer<typeof ListSubscriptions>

export const ListEvents = z.strictObject({
  type: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(10),
})
export type ListEvents = z.infer<typeof ListEvents>

/** `expand[0]=subscriptions`, the one thing a customer has to show. */
export const Expansion = z.strictObject({
  expand: z.record(z.string(), z.literal('subscriptions')).optional(),
})

/** @throws a Refusal that names the first parameter that is wrong. */
export function readParameters<T>(schema: z.ZodType<T>, encoded: string): T {
  const form = parseForm(encoded)
  if (form === undefined) throw refuse('', 'Invalid parameter name.', 'parameter_invalid')
  const parsed = schema.safeParse(form)
  if (parsed.success) return parsed.data
  throw explain(parsed.error)
}

function explain(error: z.ZodError): Error {
  const [issue] = error.issues
  if (issue?.code === 'unrecognized_keys') {
    const name = parameterName([...issue.path, ...issue.keys.slice(0, 1)])
    return refuse(name, `Received unknown parameter: ${name}`, 'parameter_unknown')
  }
  const name = parameterName(issue?.path ?? [])
  if (name === 'email') return refuse(name, 'Invalid email address.', 'email_invalid')
  return refuse(name, `Invalid ${name}: ${issue?.message ?? ''}`, 'parameter_invalid')
}

/** metadata, user_id → metadata[user_id] */
function parameterName([head = '', ...rest]: readonly PropertyKey[]): string {
  return `${String(head)}${rest.map((part) => `[${String(part)}]`).join('')}`
}
