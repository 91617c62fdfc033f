import { rateWithin } from '../../src/core/budget/gcra.ts'
import { share } from './counts.ts'
import { CALLS_PER_SECOND } from './limits-providers.ts'
import type { Limit, PerSignUp } from './limits.ts'
import { totalOf } from './model.ts'
import { BATCH_MAX, MESSAGE_BYTES, STORED_BYTES } from './moments.ts'
import type { Source } from './prices.ts'

const QUEUE_MESSAGES_PER_SECOND = 5_000
const CONSUMERS_MAX = 250
const SUBREQUESTS_MAX = 10_000
const SOCKETS_PER_OBJECT_MAX = 32_768
/** Of an object that writes nothing, and of one that writes with each request. */
const OBJECT_REQUESTS_PER_SECOND = 1_000
const OBJECT_WRITES_PER_SECOND = 200
/** As `PROVIDER_CALLS_MAX` of src/adapters/call-gate.ts: six less one for the database. */
const PROVIDER_CALLS_AT_ONCE = 5
const PROVIDERS = 3
/** Sockets of one person at most: eight for each of a hundred sessions and twenty devices. */
const SOCKETS_OF_ONE_MAX = 8 * (100 + 20)

// Assumed, since they depend on how far away everybody is.
const PROVIDER_CALL_SECONDS = 0.25
const BEHAVIOUR_BATCH_SECONDS = 1.5
const ANSWER_SECONDS = 3

const page = (path: string, note?: string): Source => ({
  url: `https://developers.cloudflare.com${path}`,
  asOf: null,
  ...(note === undefined ? {} : { note }),
})
const QUEUES = page('/queues/platform/limits/')
const WORKERS = page('/workers/platform/limits/', 'older copies say 1,000 subrequests')
const OBJECTS = page('/durable-objects/platform/limits/')
const OBJECT_RATE = page(
  '/durable-objects/reference/faq/',
  'a soft limit of 1,000 requests/s; with a write each 200 to 500 by the notes of this project',
)

export const platformLimits = (each: PerSignUp): readonly Limit[] => [
  ...queueLimits(each),
  ...objectLimits(each),
  ...invocationLimits(each),
]

function queueLimits({ counted, premises }: PerSignUp): readonly Limit[] {
  const wakes = counted(({ hydrationMessages }) => hydrationMessages)
  const { eventsPerCall } = premises.assumed
  const hydrationSeconds =
    (BATCH_MAX.hydration * PROVIDERS * PROVIDER_CALL_SECONDS) / PROVIDER_CALLS_AT_ONCE
  return [
    {
      name: 'Queue of wake-ups: 5,000 messages/s',
      source: QUEUES,
      bindsAt: { rate: QUEUE_MESSAGES_PER_SECOND / wakes, unit: 'sign-ups/s' },
      reckoned: `${wakes.toFixed(1)} wake-ups a sign-up`,
      effect:
        "sending fails, the sign-up is answered all the same, and the object's alarm says it again after 10, 20, 40 … s",
      remedy: 'several queues, chosen by the key',
    },
    {
      name: 'Queue of events: 5,000 messages/s',
      source: QUEUES,
      bindsAt: { rate: QUEUE_MESSAGES_PER_SECOND * eventsPerCall, unit: 'events/s' },
      reckoned: `a message is a call: with one event in each 5,000 events/s, with ${eventsPerCall} ${QUEUE_MESSAGES_PER_SECOND * eventsPerCall}, with 100 half a million`,
      effect:
        '`503` with `Retry-After: 5`; the client keeps up to 500 events and sends more in each call, so that the limit moves away',
      remedy: 'a longer `FLUSH_AFTER_MS` of the client, or several queues, chosen by the key',
    },
    {
      name: 'Consumers of wake-ups: 250 at a time',
      source: QUEUES,
      bindsAt: {
        rate: (CONSUMERS_MAX * BATCH_MAX.hydration) / hydrationSeconds / wakes,
        unit: 'sign-ups/s',
      },
      reckoned: `a batch of 25 makes 75 calls, five at a time (six connections), assumed 0.25 s each: ${hydrationSeconds.toFixed(1)} s`,
      effect: 'wake-ups wait in the queue; alarms repeat them at most every 5 minutes',
      remedy: 'smaller batches have more connections for each person; or several queues',
    },
    {
      name: 'Consumers of events: 250 at a time',
      source: QUEUES,
      bindsAt: {
        rate: ((CONSUMERS_MAX * BATCH_MAX.behaviour) / BEHAVIOUR_BATCH_SECONDS) * eventsPerCall,
        unit: 'events/s',
      },
      reckoned: `a hundred messages in assumed ${BEHAVIOUR_BATCH_SECONDS} s; the queue's own rate is the lower one`,
      effect: 'hints come later; events are kept for days',
      remedy: 'several queues',
    },
  ]
}

function objectLimits({ premises, counted }: PerSignUp): readonly Limit[] {
  const one = { signUps: 1, furtherEvents: 0 }
  const budget = totalOf(premises, one, ({ budgetCalls }, { queue }) =>
    queue === 'hydration' ? share(budgetCalls, BATCH_MAX.hydration, BATCH_MAX.hydration) : 0,
  )
  const ofOne = budget / PROVIDERS
  const auth0 = rateWithin(CALLS_PER_SECOND.identity).perSecond
  const modelCalls = counted((counts) => counts.modelCalls)
  return [
    {
      name: "A provider's budget is one object: 1,000 requests/s",
      source: OBJECT_RATE,
      bindsAt: { rate: OBJECT_REQUESTS_PER_SECOND / ofOne, unit: 'sign-ups/s' },
      reckoned: `${ofOne.toFixed(1)} calls a sign-up to each budget when batches are full, and no write while the provider is well; Auth0 lets ${auth0} calls/s through`,
      effect:
        'the object is overloaded, no permit is given, and the run waits as for a provider that is down',
      remedy: 'a budget per share of the rate, chosen by the key: each with its part of the calls',
    },
    {
      name: "The model's budget writes: 200 requests/s",
      source: OBJECT_RATE,
      bindsAt: { rate: OBJECT_WRITES_PER_SECOND / 2 / modelCalls, unit: 'sign-ups/s' },
      reckoned: `two writes a call, ${modelCalls.toFixed(2)} calls a sign-up`,
      effect: 'the rules decide',
      remedy: 'money lent in larger pieces; the rate of tokens binds long before',
    },
    {
      name: 'A person is one object: 1,000 requests/s',
      source: OBJECT_RATE,
      bindsAt: null,
      reckoned:
        'five reports of events a second by one person, ten requests a minute by one address: nobody gets there',
      effect: '`503` for this person alone',
      remedy: 'none needed',
    },
    {
      name: 'SQLite: 10 GB an object',
      source: OBJECTS,
      bindsAt: null,
      reckoned: `${STORED_BYTES.objectAfterVisit} bytes after a visit; the account has no limit`,
      effect: 'writes fail',
      remedy: 'none needed; what is bounded says so (`src/core/onboarding/limits.ts`)',
    },
    {
      name: 'WebSockets: 32,768 an object',
      source: page('/durable-objects/api/state/'),
      bindsAt: null,
      reckoned: `at most ${SOCKETS_OF_ONE_MAX} of one person, a ${Math.floor(SOCKETS_PER_OBJECT_MAX / SOCKETS_OF_ONE_MAX)}th; sockets of other people are in other objects`,
      effect: 'the oldest one goes',
      remedy: 'none needed',
    },
  ]
}

const invocationLimits = ({ premises }: PerSignUp): readonly Limit[] => [
  {
    name: 'Subrequests: 10,000 an invocation',
    source: WORKERS,
    bindsAt: { rate: SUBREQUESTS_MAX / ANSWER_SECONDS, unit: 'questions/s' },
    reckoned: `a batch of wake-ups makes some 250, a batch of events some 310; telling everybody who waits for one answer makes one for each: so many who stand in the same state within assumed ${ANSWER_SECONDS} s`,
    effect:
      'who is left is told by the cron, twenty answers a tick; the rules have spoken meanwhile',
    remedy:
      'pages of those who wait as messages of their own (`src/core/policy/ask-model.ts`, `tellWaiters`)',
  },
  {
    name: 'Connections: 6 an invocation',
    source: WORKERS,
    bindsAt: null,
    reckoned: 'five provider calls and one statement at a time; the rest waits for a place',
    effect: 'a batch takes longer; after 20 s leases are handed back',
    remedy: 'reckoned with above, in the consumers of wake-ups',
  },
  {
    name: 'CPU: 30 s an invocation',
    source: WORKERS,
    bindsAt: null,
    reckoned: `a hundred messages at assumed ${premises.assumed.messageCpuMs} ms are ${(premises.assumed.messageCpuMs * BATCH_MAX.behaviour) / 1_000} s`,
    effect: 'the batch comes again',
    remedy: 'smaller batches; `limits.cpu_ms`',
  },
  {
    name: 'Message: 128 KB',
    source: QUEUES,
    bindsAt: null,
    reckoned: `a wake-up has ${MESSAGE_BYTES.hydration} bytes, a report of a hundred events ${MESSAGE_BYTES.eventsOfHundred}; a second operation is billed from 64 KB on`,
    effect: 'sending fails: `503`',
    remedy: 'none needed: 100 events a call, each of bounded fields',
  },
]
