import { z } from 'zod'
import {
  ClaimRequest,
  DraftRequest,
  DraftResponse,
  IdempotencyKey,
  ResumeRequest,
  Seen,
  SessionView,
  SignUpRequest,
  SignUpResponse,
} from '../../contract/onboarding.ts'
import { MemberResponse } from '../../contract/tokens.ts'
import { BODY_REFUSALS, type Description } from './description.ts'

const MailToken = z.object({ token: z.string().meta({ description: 'From a mail.' }) })

/** From the sign-up to the proof. */
export const onboarding = {
  'POST /api/onboarding/speculative': {
    summary: 'Sign up',
    more: 'Answers at once; the account is built behind it. Nothing in the answer tells whether the address is known. The same key and body within ten minutes are the same session.',
    headers: z.object({
      'Idempotency-Key': IdempotencyKey.optional(),
      'Turnstile-Token': z
        .string()
        .optional()
        .meta({ description: 'Needed where `TURNSTILE_SECRET` is set.' }),
    }),
    body: SignUpRequest,
    answers: {
      201: { means: 'A new session.', body: SignUpResponse },
      200: { means: 'The session that this Idempotency-Key opened.', body: SignUpResponse },
    },
    refusals: [...BODY_REFUSALS, 'challenge_failed', 'idempotency_key_reused', 'rate_limited'],
  },
  'GET /api/onboarding/session': {
    summary: 'Where the account stands',
    answers: { 200: { means: 'As it is now.', body: SessionView } },
  },
  'GET /api/onboarding/stream': {
    summary: 'Where the account stands, live',
    more: 'Server-sent events: `status` (a StatusFrame, with its `seq` for an id), `recommendation`, `recommendation_withdrawn`, `ended`. Ends with the run, or after a minute.',
    headers: z.object({
      'Last-Event-ID': Seen.meta({
        description: 'The last `seq` that was seen: exactly what was missed follows.',
      }),
    }),
    answers: { 200: { means: 'The events.', type: 'text/event-stream', body: z.string() } },
    refusals: ['validation_failed'],
  },
  'POST /api/onboarding/token': {
    summary: 'A fresh token for the same session',
    more: 'Takes a token that expired, too, as long as the session may live.',
    answers: { 200: { means: 'The same session.', body: SignUpResponse } },
  },
  'PATCH /api/onboarding/draft': {
    summary: 'Keep answers for the account to come',
    body: DraftRequest,
    answers: { 200: { means: 'All answers so far.', body: DraftResponse } },
    refusals: [...BODY_REFUSALS, 'rate_limited'],
  },
  'POST /api/onboarding/code': {
    summary: 'Send the code again',
    more: 'Within a minute, and over a cap, no other mail is sent; the answer is the same.',
    answers: {
      202: { means: 'Noted.', body: z.strictObject({ status: z.literal('accepted') }) },
    },
  },
  'POST /api/onboarding/claim': {
    summary: 'Prove the address with the code from the mail',
    more: 'Ends every unproven session of the address, this one included.',
    body: ClaimRequest,
    answers: { 200: { means: 'A member.', body: MemberResponse } },
    refusals: [...BODY_REFUSALS, 'code_invalid', 'rate_limited'],
  },
  'GET /ws/onboarding/:specId': {
    summary: 'Where the account stands, over a WebSocket',
    more: 'Subprotocols `foyer.v1` and `bearer.<token>`. Frames are StatusFrame, RecommendationFrame and WithdrawalFrame; `ping` is answered by `pong`.',
    query: z.object({
      after: Seen.meta({ description: 'The last `seq` that was seen.' }),
    }),
    answers: { 101: { means: 'The socket is open.' } },
    refusals: ['validation_failed', 'unauthorized', 'forbidden', 'not_found', 'upgrade_required'],
  },
  'POST /api/onboarding/resume': {
    summary: 'Prove the address with the link from the mail',
    body: ResumeRequest,
    answers: { 200: { means: 'A member.', body: MemberResponse } },
    refusals: [...BODY_REFUSALS, 'link_expired', 'rate_limited'],
  },
  'GET /api/onboarding/unsubscribe': {
    summary: 'The link out of the mails, as people follow it',
    more: 'Spends nothing: mail scanners follow links.',
    query: MailToken.partial(),
    answers: { 302: { means: 'To the page that asks.', headers: { Location: 'The page.' } } },
  },
  'POST /api/onboarding/unsubscribe': {
    summary: 'No more mails, as mail programs say it (RFC 8058)',
    query: MailToken,
    answers: { 200: { means: 'Done.', body: z.strictObject({ ok: z.literal(true) }) } },
    refusals: ['link_expired'],
  },
} as const satisfies Record<string, Description>
