import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BEGINNING,
  type Course,
  type Ending,
  type Surroundings,
  type Way,
  after,
} from '../../../client/live/course.ts'

// Which way news take next: pure, so that years of bad networks pass in a second.

const ALL: readonly Way[] = ['websocket', 'stream', 'polling']
const NOW = 1_800_000_000_000
const MINUTE_MS = 60_000
const AROUND: Surroundings = { ways: ALL, busy: true, now: NOW, random: 0.5 }

const refused: Ending = { kind: 'lost', lastedMs: 0 }
const held: Ending = { kind: 'lost', lastedMs: 10_000 }
const nothing: Ending = { kind: 'over', brought: false }

/** The ways that are taken when tries end so, one after the other. */
function wayOf(endings: readonly Ending[], around: Surroundings = AROUND): readonly Way[] {
  const taken: Way[] = []
  let course = BEGINNING
  for (const ending of endings) {
    taken.push(course.way)
    course = after(course, ending, around).course
  }
  return [...taken, course.way]
}

describe('B5: downwards', () => {
  test.each<[string, readonly Ending[], readonly Way[]]>([
    ['one failure is chance', [refused], ['websocket', 'websocket']],
    ['two are none', [refused, refused], ['websocket', 'websocket', 'stream']],
    [
      'streams fail like sockets',
      [refused, refused, refused, refused],
      ['websocket', 'websocket', 'stream', 'stream', 'polling'],
    ],
    [
      'below polling there is nothing',
      [refused, refused, refused, refused, refused, refused],
      ['websocket', 'websocket', 'stream', 'stream', 'polling', 'polling', 'polling'],
    ],
    [
      'a socket that held is tried again however often it is lost',
      [held, held, held],
      ['websocket', 'websocket', 'websocket', 'websocket'],
    ],
    [
      'one that held counts as the first failure of the next',
      [held, refused],
      ['websocket', 'websocket', 'stream'],
    ],
    [
      'a stream that had its minute begins again',
      [refused, refused, nothing, nothing],
      ['websocket', 'websocket', 'stream', 'stream', 'stream'],
    ],
  ])('B5: %s', (_name, endings, expected) => {
    expect(wayOf(endings)).toEqual(expected)
  })

  test('B5: a member, of whom there is no stream, goes from socket to polling', () => {
    const ways: readonly Way[] = ['websocket', 'polling']
    expect(wayOf([refused, refused], { ...AROUND, ways }).at(-1)).toBe('polling')
  })

  test('B5: a stream whose run is over goes on as polling', () => {
    const streaming: Course = { ...BEGINNING, way: 'stream', upAt: NOW + MINUTE_MS, detours: 1 }
    const around = { ...AROUND, ways: ['websocket', 'polling'] as const }
    const next = after(streaming, nothing, around)
    expect(next.course.way).toBe('polling')
    expect(next.waitMs).toBeLessThanOrEqual(1_000)
  })
})

describe('B5: upwards', () => {
  const polling: Course = { ...BEGINNING, way: 'polling', detours: 1, upAt: NOW + MINUTE_MS }

  test.each<[string, number, Way]>([
    ['not before its time', NOW + MINUTE_MS - 1, 'polling'],
    ['when it is time', NOW + MINUTE_MS, 'websocket'],
    ['when the clock was set back by a year', NOW - 365 * 24 * 60 * MINUTE_MS, 'websocket'],
  ])('B5: a better way is tried %s', (_name, now, expected) => {
    expect(after(polling, nothing, { ...AROUND, now }).course.way).toBe(expected)
  })

  test('B5: a try that fails leads back at once, and the next one comes later', () => {
    const trying = after(polling, nothing, { ...AROUND, now: NOW + MINUTE_MS }).course
    const back = after(trying, refused, AROUND).course
    expect(back).toMatchObject({ way: 'polling', upAt: NOW + 2 * MINUTE_MS })
  })

  test('B5: a try that held is the way from then on', () => {
    const trying = after(polling, nothing, { ...AROUND, now: NOW + MINUTE_MS }).course
    const stays = after(trying, held, AROUND).course
    expect(stays).toMatchObject({ way: 'websocket', from: null, detours: 0 })
  })

  test('B5: it is tried at least every ten minutes', () => {
    let course = BEGINNING
    for (let tries = 0; tries < 20; tries += 1) {
      course = after(course, refused, { ...AROUND, now: Math.max(NOW, course.upAt) }).course
    }
    const { upAt } = after({ ...course, way: 'websocket', failures: 1 }, refused, AROUND).course
    expect(upAt).toBe(NOW + 10 * MINUTE_MS)
  })
})

describe('B5: waiting', () => {
  const waits = (course: Course, ending: Ending, around: Partial<Surroundings>) =>
    after(course, ending, { ...AROUND, ...around }).waitMs

  test.each([
    ['a first failure', BEGINNING, 0, 1_000],
    ['a second one', { ...BEGINNING, failures: 1 }, 0, 2_000],
    ['a tenth one', { ...BEGINNING, way: 'polling' as const, failures: 9 }, 0, 30_000],
  ])('B5: %s waits from nothing to a ceiling, with full jitter', (_name, course, least, most) => {
    expect(waits(course, refused, { random: 0 })).toBe(least)
    expect(waits(course, refused, { random: 1 })).toBe(most)
  })

  test('B5: whoever is asked to stay away does not come sooner', () => {
    const asked: Ending = { kind: 'lost', lastedMs: 0, askedMs: 60_000 }
    expect(waits(BEGINNING, asked, { random: 0 })).toBe(60_000)
  })

  const polling: Course = { ...BEGINNING, way: 'polling', upAt: NOW + MINUTE_MS }
  test.each([
    ['at once fast', 0, true, true, 1_000],
    ['slower when nothing came', 2, false, true, 3_375],
    ['never slower than that while a run is under way', 50, false, true, 10_000],
    ['seldom when nothing is awaited', 0, true, false, 30_000],
  ])('B5: polls come %s', (_name, quiet, brought, busy, most) => {
    const ending: Ending = { kind: 'over', brought }
    expect(waits({ ...polling, quiet }, ending, { busy, random: 1 })).toBe(most)
    expect(waits({ ...polling, quiet }, ending, { busy, random: 0 })).toBe(Math.round(most / 2))
  })
})

describe('B5: whatever happens', () => {
  const ending: fc.Arbitrary<Ending> = fc.oneof(
    fc.record({ kind: fc.constant('lost' as const), lastedMs: fc.nat(30_000) }),
    fc.record({ kind: fc.constant('over' as const), brought: fc.boolean() }),
  )
  const steps = fc.array(
    fc.record({
      ending,
      busy: fc.boolean(),
      ways: fc.constantFrom<readonly Way[]>(ALL, ['websocket', 'polling']),
      passedMs: fc.integer({ min: -10 * MINUTE_MS, max: 10 * MINUTE_MS }),
      random: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 200 },
  )

  test('B5: the way is one that there is, and waiting is bounded', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let now = NOW
        let course = BEGINNING
        for (const { ending, passedMs, ...rest } of all) {
          now += passedMs
          const next = after(course, ending, { ...rest, now })
          expect(rest.ways).toContain(next.course.way)
          expect(next.waitMs).toBeGreaterThanOrEqual(0)
          expect(next.waitMs).toBeLessThanOrEqual(30_000)
          course = next.course
        }
      }),
    )
  })

  test('B5: when sockets go through again, one is open within eleven minutes of tries', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let now = NOW
        let course = BEGINNING
        for (const { ending, passedMs, ...rest } of all) {
          now += passedMs
          course = after(course, ending, { ...rest, ways: ALL, now }).course
        }
        const until = now + 11 * MINUTE_MS
        while (course.way !== 'websocket' && now < until) {
          const next = after(course, nothing, { ...AROUND, now })
          course = next.course
          // A stream lasts its minute.
          now += next.waitMs + (course.way === 'stream' ? MINUTE_MS : 0)
        }
        expect(course.way).toBe('websocket')
      }),
    )
  })
})
