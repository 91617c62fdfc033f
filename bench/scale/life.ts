import type { Assumptions } from './assumptions.ts'
import type { MomentName } from './moments.ts'

/** As `TOKEN_TTL_SECONDS` in src/env.ts. */
const TOKEN_MINUTES = 5
/** As `PING_EVERY_MS` of client/live/by-socket.ts. */
const PING_SECONDS = 25

/** How often each moment comes in the life of one who signs up, on the average. */
export function lifeOf(assumed: Assumptions): Record<MomentName, number> {
  const eventsCalls = assumed.eventsPerPerson / assumed.eventsPerCall
  const unfinished = 1 - assumed.finishShare
  return {
    signUp: 1,
    hydration: 1,
    pageLoad: assumed.pageLoadsPerPerson,
    firstRecommendation: 1,
    draft: assumed.draftsPerPerson,
    tokenRenewal: assumed.openMinutesPerPerson / TOKEN_MINUTES,
    eventsCall: eventsCalls,
    tellingAlarm: (eventsCalls + assumed.feedbackPerPerson) / assumed.eventsCallsPerAlarm,
    feedback: assumed.feedbackPerPerson,
    question: assumed.questionsPerPerson,
    modelCall: assumed.questionsPerPerson * assumed.cacheMissShare,
    claim: assumed.finishShare,
    unfinished,
    erasure: unfinished,
  }
}

/** Frames that a socket sends while it is open: answered without waking anybody, and counted all the same. */
export const framesOf = ({ openMinutesPerPerson }: Assumptions): number =>
  (openMinutesPerPerson * 60) / PING_SECONDS
