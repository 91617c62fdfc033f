import { z } from 'zod'
import { PublicKeySet } from '../../contract/tokens.ts'
import type { Description } from './description.ts'

const Ok = z.strictObject({ ok: z.literal(true) })

/** For platforms, verifiers and providers. */
export const operations = {
  'GET /healthz': {
    summary: 'Is it there?',
    answers: { 200: { means: 'It runs, and its settings can be read.', body: Ok } },
  },
  'GET /readyz': {
    summary: 'Can it work?',
    answers: { 200: { means: 'Its database answers and is its own.', body: Ok } },
  },
  'GET /.well-known/jwks.json': {
    summary: 'The keys that verify tokens (RFC 7517)',
    answers: { 200: { means: 'One signs, the others verify.', body: PublicKeySet } },
  },
  'GET /metrics': {
    summary: 'What is counted, and how things stand, for Prometheus',
    answers: { 200: { means: 'Version 0.0.4 of its text.', type: 'text/plain', body: z.string() } },
  },
  'POST /webhooks/stripe': {
    summary: 'What Stripe tells',
    headers: z.object({ 'Stripe-Signature': z.string() }),
    body: z.looseObject({ id: z.string(), type: z.string() }),
    answers: { 200: { means: 'Stored.', body: z.strictObject({ received: z.literal(true) }) } },
    refusals: ['signature_invalid', 'not_found', 'payload_too_large'],
  },
} as const satisfies Record<string, Description>
