import { z } from 'zod'
import { EVENTS_PER_CALL_MAX, EventsResponse, ReportedEvent } from '../../contract/behaviour.ts'
import {
  ChecklistView,
  FeedbackRequest,
  RecommendationView,
} from '../../contract/recommendation.ts'
import { BODY_REFUSALS, type Description } from './description.ts'

/** A payload is judged by hand, so that one bad event leaves the others alone; this is what it is. */
const Event = ReportedEvent.extend({ payload: z.record(z.string(), z.unknown()) })

/** What people do, and what they are shown next. */
export const behaviour = {
  'POST /api/v1/events': {
    summary: 'Tell what somebody did',
    more: 'One event or a batch. `userId` is the token’s `sub`; an `eventId` counts once per person. Keys of a payload that are not known are dropped and counted.',
    body: z.union([
      Event,
      z.strictObject({ events: z.array(Event).min(1).max(EVENTS_PER_CALL_MAX) }),
    ]),
    answers: { 202: { means: 'Taken, but for those that are named.', body: EventsResponse } },
    refusals: [...BODY_REFUSALS, 'rate_limited'],
  },
  'GET /api/v1/recommendation': {
    summary: 'What to show next',
    answers: {
      200: { means: 'This.', body: RecommendationView },
      204: { means: 'Nothing, for now.' },
    },
  },
  'GET /api/v1/checklist': {
    summary: 'What is done, and what can be done now',
    answers: {
      200: { means: 'Done ones first.', body: ChecklistView },
      204: { means: 'Nothing: drawn into the group that is shown nothing.' },
    },
  },
  'POST /api/v1/recommendations/:id/feedback': {
    summary: 'Tell what became of a recommendation',
    more: 'Each kind counts once.',
    body: FeedbackRequest,
    answers: {
      202: { means: 'Noted.', body: z.strictObject({ status: z.literal('recorded') }) },
    },
    refusals: [...BODY_REFUSALS, 'not_found'],
  },
  'GET /ws/v1/recommendations': {
    summary: 'What to show next, over a WebSocket',
    more: 'Subprotocols `foyer.v1` and `bearer.<token>`. Frames are RecommendationFrame and WithdrawalFrame.',
    answers: { 101: { means: 'The socket is open.' } },
    refusals: ['unauthorized', 'forbidden', 'upgrade_required'],
  },
} as const satisfies Record<string, Description>
