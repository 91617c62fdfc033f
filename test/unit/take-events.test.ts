import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/catalogue.ts'
import {
  BehaviourEvent,
  BehaviourMessage,
  EVENTS_PER_CALL_MAX,
  EVENT_CLOCK_TOLERANCE_MS,
  EVENT_PAYLOAD_MAX_BYTES,
} from '../../src/contract/behaviour.ts'
import type { Receipt } from '../../src/core/behaviour/read-event.ts'
import { type Taken, takeEvents } from '../../src/core/behaviour/take-events.ts'
import { pageOf } from '../../src/core/recommendation/pages.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
const PERSON = '7b0c3f0e-5d0a-4f0e-9c57-1a2b3c4d5e6f'

const receipt = (): Receipt => {
  let ids = 0
  return {
    person: PERSON,
    now: NOW,
    newId: () => `new-${(ids += 1)}`,
    pageOf: (path) => pageOf(catalogue.pages, path),
  }
}

const event = (change: Readonly<Record<string, unknown>> = {}) => ({
  userId: PERSON,
  sessionId: 'visit-1',
  eventType: 'page_view',
  payload: {},
  ...change,
})

/** As it comes out of a body: what `JSON.stringify` leaves out is not there. */
function take(body: unknown): Taken {
  const taken = takeEvents(JSON.parse(JSON.stringify(body)), receipt())
  if (!taken.ok) throw new Error(JSON.stringify(taken.error))
  return taken.value
}

const takeOne = (change: Readonly<Record<string, unknown>>) => take(event(change)).events[0]

const faultOf = (body: unknown) => {
  const { events, rejected } = take(body)
  expect(events).toEqual([])
  const [fault] = rejected
  return fault && { code: fault.code, paths: fault.issues.map(({ path }) => path) }
}

test('A1: an event becomes what the queue carries, and nothing else of it does', () => {
  const payload = { path: '/projects/42?q=ada', target: 'new-task', error: 'too_long', note: 'Ada' }
  const reported = event({ eventId: 'e-1', eventType: 'form_submit', payload, timestamp: NOW - 5 })
  expect(take(reported)).toEqual({
    form: 'single',
    events: [
      {
        eventId: 'e-1',
        sessionId: 'visit-1',
        type: 'form_submit',
        at: NOW - 5,
        receivedAt: NOW,
        path: '/projects/:id',
        target: 'new-task',
        error: 'too_long',
        dropped: 1,
      },
    ],
    eventIds: ['e-1'],
    rejected: [],
  })
})

describe('A1: when it happened', () => {
  test.each<[string, unknown, number]>([
    ['not said', undefined, NOW],
    ['epoch milliseconds', NOW - 1_000, NOW - 1_000],
    ['a fraction of a millisecond', NOW - 0.4, NOW],
    ['ISO 8601 in UTC', '2026-11-21T11:59:00Z', NOW - 60_000],
    ['ISO 8601 with an offset', '2026-11-21T13:59:00.250+02:00', NOW - 59_750],
    ['more digits than a clock has', '2026-11-21T11:59:59.123456789Z', NOW - 877],
    ['nine minutes ago', NOW - 540_000, NOW - 540_000],
    ['a year ago', NOW - 31_536_000_000, NOW - EVENT_CLOCK_TOLERANCE_MS],
    ['in a year', NOW + 31_536_000_000, NOW + EVENT_CLOCK_TOLERANCE_MS],
    ['in 1970', 0, NOW - EVENT_CLOCK_TOLERANCE_MS],
    ['before 1970', -1e15, NOW - EVENT_CLOCK_TOLERANCE_MS],
    ['X43: 1e308', 1e308, NOW + EVENT_CLOCK_TOLERANCE_MS],
    ['in the year 9999', '9999-12-31T23:59:59Z', NOW + EVENT_CLOCK_TOLERANCE_MS],
  ])('%s', (_name, timestamp, at) => {
    expect(takeOne({ timestamp })).toMatchObject({ at, receivedAt: NOW })
  })

  test.each([
    '2026-11-21T12:00:00',
    '2026-11-21',
    '2026-02-30T12:00:00Z',
    '2026-11-21T24:00:00Z',
    'yesterday',
    '',
    null,
    true,
    {},
  ])('%j is refused', (timestamp) => {
    expect(faultOf(event({ timestamp }))).toEqual({
      code: 'validation_failed',
      paths: ['timestamp'],
    })
  })
})

describe('A1: what is kept of a payload', () => {
  test.each<[string, unknown, object]>([
    ['nothing', {}, { dropped: 0 }],
    ['a page', { path: '/dashboard' }, { path: '/dashboard', dropped: 0 }],
    ['a page with a slash behind', { path: '/team/invite/' }, { path: '/team/invite', dropped: 0 }],
    ['the root', { path: '/#top' }, { path: '/', dropped: 0 }],
    ['X42: an open part', { path: '/projects/ada@example.com' }, { path: '/projects/:id' }],
    ['no page of the product', { path: '/people/ada' }, { dropped: 1 }],
    ['a page elsewhere', { path: 'https://evil.example/dashboard' }, { dropped: 1 }],
    ['X42: a name that says somebody', { target: 'ada@example.com' }, { dropped: 1 }],
    ['a name of 64 characters', { target: 'a'.repeat(64) }, { target: 'a'.repeat(64) }],
    ['a name of 65', { target: 'a'.repeat(65) }, { dropped: 1 }],
    ['no text', { path: 1, target: null, error: ['x'] }, { dropped: 3 }],
    ['what people type', { email: 'ada@example.com', name: 'Ada' }, { dropped: 2 }],
    ['X43: names of JavaScript', { constructor: 1, toString: 2, length: 3 }, { dropped: 3 }],
  ])('%s', (_name, payload, kept) => {
    const { eventId: _id, sessionId: _session, type: _type, ...rest } = takeOne({ payload }) ?? {}
    expect(rest).toEqual({ at: NOW, receivedAt: NOW, dropped: 0, ...kept })
  })

  test('as much as may be sent is taken, one byte more is not, and bytes are not characters', () => {
    const ofBytes = (bytes: number, unit: string) => {
      const rest = bytes - '{"a":""}'.length
      const size = new TextEncoder().encode(unit).length
      return { a: unit.repeat(Math.floor(rest / size)) + 'x'.repeat(rest % size) }
    }
    for (const unit of ['x', 'é', '漢', '👩']) {
      const most = ofBytes(EVENT_PAYLOAD_MAX_BYTES, unit)
      expect(takeOne({ payload: most })).toMatchObject({ dropped: 1 })
      const more = ofBytes(EVENT_PAYLOAD_MAX_BYTES + 1, unit)
      expect(faultOf(event({ payload: more }))?.paths).toEqual(['payload'])
    }
  })
})

describe('A1: what is refused', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['no object', [], ['']],
    ['nothing', null, ['']],
    ['an empty object', {}, ['userId', 'sessionId', 'eventType', 'payload']],
    ['no UUID', event({ userId: 'ada' }), ['userId']],
    ['an unknown type', event({ eventType: 'scroll' }), ['eventType']],
    ['a type of JavaScript', event({ eventType: 'constructor' }), ['eventType']],
    ['a visit with a space', event({ sessionId: 'my visit' }), ['sessionId']],
    ['no visit', event({ sessionId: '' }), ['sessionId']],
    ['a payload that is a list', event({ payload: [] }), ['payload']],
    ['a payload that is a text', event({ payload: 'x' }), ['payload']],
    ['X42: an address for an id', event({ eventId: 'ada@example.com' }), ['eventId']],
    ['a field that nobody knows', event({ email: 'x' }), ['email']],
    ['X44: NUL in a payload', event({ payload: { a: ['\0'] } }), ['payload.a.0']],
    ['X44: half a surrogate pair', event({ payload: { a: '\uD800' } }), ['payload.a']],
    ['X44: NUL in a key', event({ payload: { 'a\0': 1 } }), ['payload.a\0']],
  ])('%s', (_name, body, paths) => {
    expect(faultOf(body)).toEqual({ code: 'validation_failed', paths })
  })

  test("another person's event, whatever else it says", () => {
    const userId = crypto.randomUUID()
    expect(faultOf(event({ userId }))).toEqual({ code: 'forbidden', paths: ['userId'] })
    expect(takeOne({ userId: PERSON.toUpperCase() })).toBeDefined()
  })

  test('X43: __proto__, wherever it is', () => {
    const body = JSON.stringify(event()).replace('{}', '{"__proto__": {"path": "/dashboard"}}')
    const inside = takeEvents(JSON.parse(body), receipt())
    expect(inside).toMatchObject({
      value: { events: [], rejected: [{ issues: [{ path: 'payload.__proto__' }] }] },
    })
    const around = JSON.stringify(event()).replace('{', '{"__proto__": {"eventId": "e"},')
    expect(takeEvents(JSON.parse(around), receipt())).toMatchObject({
      value: { events: [], rejected: [{ issues: [{ path: '__proto__' }] }] },
    })
  })

  test('whoever makes up thousands of fields gets a short answer', () => {
    const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`f${at}`, 1]))
    const { rejected } = take(event({ ...fields, ['k'.repeat(100_000)]: 1 }))
    expect(JSON.stringify(rejected).length).toBeLessThan(2_000)
  })
})

describe('a batch', () => {
  test('one bad event does not keep the others', () => {
    const { form, events, rejected } = take({
      events: [
        event({ eventId: 'a' }),
        event({ eventType: 'x' }),
        'no event',
        event({ userId: crypto.randomUUID() }),
        event({ eventId: 'b' }),
      ],
    })
    expect(form).toBe('batch')
    expect(events.map(({ eventId }) => eventId)).toEqual(['a', 'b'])
    expect(rejected.map(({ index, code }) => [index, code])).toEqual([
      [1, 'validation_failed'],
      [2, 'validation_failed'],
      [3, 'forbidden'],
    ])
  })

  test('A2: an id that comes twice is acknowledged twice and sent once: the first', () => {
    const { events, eventIds } = take({
      events: [
        event({ eventId: 'a', payload: { target: 'first' } }),
        event({ eventId: 'b' }),
        event({ eventId: 'a', payload: { target: 'second' } }),
      ],
    })
    expect(eventIds).toEqual(['a', 'b', 'a'])
    expect(events.map(({ eventId, target }) => [eventId, target])).toEqual([
      ['a', 'first'],
      ['b', undefined],
    ])
  })

  test.each<[string, unknown, string]>([
    ['empty', { events: [] }, 'events'],
    ['of 101', { events: Array.from({ length: 101 }, () => event()) }, 'events'],
    ['that is no list', { events: event() }, 'events'],
    ['with more beside it', { events: [event()], userId: PERSON }, 'userId'],
  ])('%s is none', (_name, body, path) => {
    expect(takeEvents(body, receipt())).toMatchObject({ ok: false, error: [{ path }] })
  })

  test('a message of the most and the largest that is kept is below 100 KB, of 128 that the queue takes', () => {
    const long = 'x'.repeat(64)
    const page = `/${'p'.repeat(127)}`
    const keys = Array.from({ length: 1_000 }, (_, at) => [`k${at}`, 0] as const)
    const payload = { ...Object.fromEntries(keys), path: page, target: long, error: long }
    const most = { sessionId: long, eventType: 'tooltip_dismiss', payload }
    const body = {
      events: Array.from({ length: EVENTS_PER_CALL_MAX }, (_, at) =>
        event({ ...most, eventId: String(at).padStart(64, '0') }),
      ),
    }
    const taken = takeEvents(body, { ...receipt(), pageOf: () => page })
    if (!taken.ok) throw new Error('refused')
    const message = BehaviourMessage.parse({
      v: 1,
      type: 'events',
      key: 'k'.repeat(43),
      person: PERSON,
      traceparent: 't'.repeat(64),
      events: taken.value.events,
    })
    const json = JSON.stringify(message)
    expect(taken.value.events).toHaveLength(EVENTS_PER_CALL_MAX)
    expect(new TextEncoder().encode(json).length).toBeLessThan(100_000)
  })
})

describe('whatever it is', () => {
  const anyEvent = fc.record(
    {
      userId: fc.oneof(fc.constant(PERSON), fc.uuid(), fc.jsonValue()),
      sessionId: fc.oneof(fc.constant('s'), fc.string(), fc.jsonValue()),
      eventType: fc.oneof(fc.constant('page_view'), fc.jsonValue()),
      payload: fc.oneof(
        fc.constant({}),
        fc.dictionary(
          fc.oneof(fc.constantFrom('path', 'target', 'error', '__proto__'), fc.string()),
          fc.oneof(
            fc.constantFrom('/dashboard', 'a'),
            fc.string({ unit: 'binary' }),
            fc.jsonValue(),
          ),
        ),
        fc.jsonValue(),
      ),
      timestamp: fc.oneof(
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        fc.double(),
        fc.jsonValue(),
      ),
      eventId: fc.oneof(fc.constantFrom('a', 'b'), fc.jsonValue()),
      extra: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  const plausible = fc
    .record({ payload: anyEvent.map(({ payload }) => payload), timestamp: fc.integer() })
    .map((change) => event(change))
  const anyBody = fc.oneof(
    fc.jsonValue(),
    anyEvent,
    plausible,
    fc.record({ events: fc.array(fc.oneof(anyEvent, plausible, fc.jsonValue())) }),
  )

  test('X43, X44: it throws nothing, every event has its answer, and the queue can carry what is taken', () => {
    fc.assert(
      fc.property(anyBody, (value) => {
        const body: unknown = JSON.parse(JSON.stringify(value))
        const taken = takeEvents(body, receipt())
        if (!taken.ok) return taken.error.length > 0
        const { form, events, eventIds, rejected } = taken.value
        const reported = form === 'single' ? [body] : (body as { events: unknown[] }).events
        expect(eventIds.length + rejected.length).toBe(reported.length)
        expect(events.map(({ eventId }) => eventId)).toEqual([...new Set(eventIds)])
        for (const one of events) {
          expect(BehaviourEvent.parse(one)).toEqual(one)
          expect(Math.abs(one.at - NOW)).toBeLessThanOrEqual(EVENT_CLOCK_TOLERANCE_MS)
          expect(one.path === undefined || catalogue.pages.includes(one.path)).toBe(true)
        }
        return true
      }),
      { numRuns: 2_000 },
    )
  })

  test('X43: as deep as a body can be', () => {
    for (const depth of [17, 10_000, 500_000]) {
      const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`
      const body = JSON.stringify(event({ payload: { a: 0 } })).replace('0}', `${deep}}`)
      expect(takeEvents(JSON.parse(body), receipt())).toMatchObject({
        value: { events: [], rejected: [{ index: 0, code: 'validation_failed' }] },
      })
      expect(takeEvents(JSON.parse(deep), receipt()).ok).toBe(true)
      expect(takeEvents(JSON.parse(`{"events": ${deep}}`), receipt()).ok).toBe(true)
    }
  })
})
