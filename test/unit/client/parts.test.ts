import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answered, firstUntold, isSettled, readAnswers, told } from '../../../client/answers.ts'
import { isStale, readCredentials } from '../../../client/credentials.ts'
import { type Waiting, batchOf, queued, without } from '../../../client/event-queue.ts'
import { readFrame } from '../../../client/live/read-frame.ts'
import { eventReader } from '../../../client/live/sse.ts'
import { wait } from '../../../client/live/wait.ts'
import { token } from './server.ts'

const NOW = 1_800_000_000_000
const YEAR_MS = 365 * 24 * 3_600_000

describe('S4: a token', () => {
  const of300s = { token: token('spec', 300), receivedAt: NOW }
  test.each([
    ['when it came', of300s, 0, false],
    ['a minute before its end', of300s, 240_000, false],
    ['in its last minute', of300s, 240_001, true],
    ['long after', of300s, YEAR_MS, true],
    ['when the clock was set back', of300s, -1, true],
    ['of ten seconds, after eight', { ...of300s, token: token('spec', 10) }, 8_001, true],
    ['that says nothing of its end, after four minutes', { ...of300s, token: 'x' }, 240_001, true],
    ['that says nothing of its end, before', { ...of300s, token: 'x.!.y' }, 200_000, false],
  ])('S4: %s is renewed: %j, %j → %j', (_name, held, later, expected) => {
    expect(isStale(held, NOW + later)).toBe(expected)
  })
})

describe('S14: what was kept', () => {
  test.each([
    ['nothing', null],
    ['a text', 'session'],
    ['a list', [1]],
    ['a session without a token', { kind: 'session', specId: 's', email: 'e', receivedAt: 1 }],
    [
      'a member without a refresh token',
      { kind: 'member', token: 't', userId: 'u', receivedAt: 1 },
    ],
    ['of an unknown kind', { kind: 'admin', token: 't', userId: 'u', receivedAt: 1 }],
    ['without its time', { kind: 'session', token: 't', specId: 's', email: 'e' }],
  ])('S14: and is %s is nobody', (_name, kept) => {
    expect(readCredentials(kept)).toBeNull()
  })
})

describe('A1: events', () => {
  const event = (eventId: string, path = '/'): Waiting => ({
    eventId,
    sessionId: 'visit',
    eventType: 'page_view',
    timestamp: NOW,
    payload: { path },
  })
  const events = fc
    .uniqueArray(fc.nat(100_000), { maxLength: 700 })
    .map((ids) => ids.map((id) => event(String(id), '/'.padEnd(id % 512, 'ä'))))
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length
  const userId = crypto.randomUUID()

  test('A1: every call is at most a hundred events and fits beside another into what may outlive a page', () => {
    fc.assert(
      fc.property(events, (all) => {
        const batch = batchOf(all)
        expect(batch.length).toBeLessThanOrEqual(100)
        expect(bytes({ events: batch.map((one) => ({ ...one, userId })) })).toBeLessThan(32_000)
      }),
    )
  })

  test('A1: calls go in order and end, and nothing is left out', () => {
    fc.assert(
      fc.property(events, (all) => {
        const sent: Waiting[] = []
        for (let left: readonly Waiting[] = all; left.length > 0;) {
          const batch = batchOf(left)
          expect(batch.length).toBeGreaterThan(0)
          sent.push(...batch)
          left = without(left, batch)
        }
        expect(sent).toEqual(all)
      }),
    )
  })

  test('A1: the oldest make room', () => {
    let queue: readonly Waiting[] = []
    for (let id = 0; id < 600; id += 1) queue = queued(queue, event(String(id)))
    expect(queue).toHaveLength(500)
    expect(queue[0]?.eventId).toBe('100')
  })
})

describe('A7: answers', () => {
  test('A7: each kind is told once for each recommendation, in any order and however often it is said', () => {
    const said = fc.array(
      fc.tuple(
        fc.constantFrom('a', 'b', 'c'),
        fc.constantFrom('impression' as const, 'click' as const, 'dismiss' as const),
        fc.boolean(),
      ),
    )
    fc.assert(
      fc.property(said, (all) => {
        const heard: string[] = []
        let answers = readAnswers(null)
        for (const [id, kind, sendsNow] of all) {
          answers = answered(answers, id, kind)
          const next = firstUntold(answers)
          if (!sendsNow || next === undefined) continue
          heard.push(`${next.id} ${next.kind}`)
          answers = told(answers, next)
          // As a reload would.
          answers = readAnswers(JSON.parse(JSON.stringify(answers)))
        }
        expect(new Set(heard).size).toBe(heard.length)
        expect(heard.length).toBeLessThanOrEqual(new Set(all.map(([id, kind]) => id + kind)).size)
      }),
    )
  })

  test('A7: seen is still to be shown; clicked or dismissed is not', () => {
    expect(isSettled(answered([], 'a', 'impression'), 'a')).toBe(false)
    expect(isSettled(answered([], 'a', 'click'), 'a')).toBe(true)
    expect(isSettled(answered([], 'a', 'dismiss'), 'b')).toBe(false)
  })

  test.each([[null], ['x'], [{}], [[null, 1, { id: 7 }, { id: 'a', kind: 'conversion' }]]])(
    'A7: kept as %j they are none',
    (kept) => expect(readAnswers(kept)).toEqual([]),
  )
})

describe('B5: frames', () => {
  const status = { type: 'status', specId: 's', status: 'pending', seq: 1, steps: [] }
  const recommendation = { type: 'recommendation', recommendationId: 'r', action: { path: '/' } }
  test.each([
    [status],
    [recommendation],
    [{ type: 'recommendation_withdrawn', recommendationId: 'r' }],
  ])('B5: %j is one', (frame) => {
    expect(readFrame(JSON.stringify(frame))).toEqual(frame)
  })

  test.each([
    ['pong'],
    [''],
    ['{'],
    ['null'],
    ['[]'],
    ['7'],
    ['{"type":"toString"}'],
    ['{"type":"status"}'],
    [JSON.stringify({ ...status, seq: '1' })],
    [JSON.stringify({ ...status, steps: null })],
    [JSON.stringify({ ...recommendation, action: null })],
    [new ArrayBuffer(2)],
    [undefined],
  ])('B5: %j is none', (text) => {
    expect(readFrame(text)).toBeNull()
  })
})

describe('Q11: a stream', () => {
  const stream =
    'id: 1\nevent: status\ndata: one\n\n: still here\n\ndata: two\ndata: lines\r\n\r\ndata:three\r\r\ndata: half'
  const expected = ['one', 'two\nlines', 'three']

  test('Q11: is read the same wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const read = eventReader()
        const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
        const parts = places.map((from, at) => stream.slice(from, places[at + 1] ?? stream.length))
        expect(parts.flatMap((part) => read(part))).toEqual(expected)
      }),
    )
  })

  test('Q11: an event without end is given up', () => {
    const read = eventReader()
    expect(() => read('data: '.padEnd(70_000, 'x'))).toThrow(RangeError)
    const lines = eventReader()
    expect(() => lines('data: xxxxxxxxxx\n'.repeat(10_000))).toThrow(RangeError)
  })
})

describe('B5: waiting', () => {
  test.each<[string, (looks: Set<() => void>, end: AbortController) => void]>([
    ['by itself', () => {}],
    ['when somebody looks', (looks) => [...looks].forEach((look) => look())],
    ['when nobody waits any more', (_looks, end) => end.abort()],
  ])('B5: that ends %s leaves nothing behind', async (_name, finish) => {
    const looks = new Set<() => void>()
    const end = new AbortController()
    const waiting = wait(finish.length === 0 ? 1 : 3_600_000, end.signal, looks)
    expect(looks.size).toBe(1)
    finish(looks, end)
    await waiting
    expect(looks.size).toBe(0)
  })
})
