import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StatusFrame } from '../../src/contract/onboarding.ts'
import { watchSession } from '../../web/watch.ts'

// The page's own code, with the network's part played by hand.

/** What the page opens: the test decides what arrives, and when it drops. */
class Line extends EventTarget {
  static readonly opened: Line[] = []
  readonly url: URL
  readonly protocols: readonly string[]
  closed = false

  constructor(url: URL, protocols: readonly string[]) {
    super()
    this.url = url
    this.protocols = protocols
    Line.opened.push(this)
  }

  close(): void {
    this.closed = true
    this.dispatchEvent(new Event('close'))
  }

  deliver(...frames: readonly StatusFrame[]): void {
    for (const frame of frames) {
      this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(frame) }))
    }
  }
}

const SESSION = { specId: 'spec', token: 'first', expires_in: 300, status: 'speculative' } as const

const frame = (seq: number, status: StatusFrame['status'] = 'hydrating'): StatusFrame => ({
  type: 'status',
  specId: SESSION.specId,
  status,
  seq,
  steps: [],
})

const line = (number: number): Line => {
  const found = Line.opened[number]
  if (found === undefined) throw new Error(`no line ${number}`)
  return found
}

function watch() {
  const shown: number[] = []
  watchSession(
    SESSION,
    ({ seq }) => shown.push(seq),
    () => undefined,
  )
  return { shown }
}

beforeEach(() => {
  Line.opened.length = 0
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', Line)
  vi.stubGlobal('location', new URL('https://foyer.test/'))
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('F34: frames', () => {
  test.each([
    ['doubled', [1, 1, 2, 2, 3, 3], [1, 2, 3]],
    ['reordered', [1, 3, 2, 4], [1, 3, 4]],
    ['doubled long afterwards', [1, 2, 3, 1, 2, 4], [1, 2, 3, 4]],
    ['all in the wrong order', [4, 3, 2, 1], [4]],
  ])('F34: that are %s are dropped by their number', (_name, arriving, expected) => {
    const { shown } = watch()
    line(0).deliver(...arriving.map((seq) => frame(seq)))
    expect(shown).toEqual(expected)
  })

  test('F34: an older frame that comes after the last one does not bring the session back', () => {
    const { shown } = watch()
    line(0).deliver(frame(1), frame(3, 'merged'), frame(2))
    expect(shown).toEqual([1, 3])
    expect(line(0).closed).toBe(true)
    vi.runAllTimers()
    expect(Line.opened).toHaveLength(1)
  })

  test('F33, F34: after a drop it asks for what it missed, and shows nothing twice', async () => {
    const answer = { ...SESSION, token: 'second' }
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json(answer)))
    const { shown } = watch()
    line(0).deliver(frame(1), frame(2))
    line(0).close()
    await vi.runAllTimersAsync()
    expect(line(1).url.searchParams.get('after')).toBe('2')
    expect(line(1).protocols).toEqual(['foyer.v1', 'bearer.second'])
    line(1).deliver(frame(2), frame(3), frame(4, 'merged'))
    expect(shown).toEqual([1, 2, 3, 4])
  })
})
