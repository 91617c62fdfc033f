import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OFFLINE, type Problem } from '../../../client/problem.ts'
import { repeatWhileVisible } from '../../../web/pages/creating/repeat-while-visible.ts'

const EVERY_MS = 1_500

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
const show = (visibilityState: 'visible' | 'hidden') => {
  page.visibilityState = visibilityState
  page.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  // The longest that the jitter gives.
  vi.spyOn(Math, 'random').mockReturnValue(1)
  vi.stubGlobal('document', page)
  show('visible')
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** The test answers by what it puts into `problem`. */
function start() {
  const said: { problem: Problem | null } = { problem: null }
  const ask = vi.fn<() => Promise<Problem | null>>(async () => said.problem)
  return { said, ask, stop: repeatWhileVisible(ask, EVERY_MS) }
}

test('S14: the next question waits for the answer, and none comes after the end', async () => {
  const { ask, stop } = start()
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS)
  expect(ask).toHaveBeenCalledTimes(3)
  ask.mockReturnValueOnce(new Promise(() => undefined))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ask).toHaveBeenCalledTimes(4)
  stop()
  show('visible')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ask).toHaveBeenCalledTimes(4)
})

test('S14: each failure in a row makes the gap longer, and the server may name its own', async () => {
  const { said, ask, stop } = start()
  said.problem = OFFLINE
  await vi.advanceTimersByTimeAsync(EVERY_MS)
  expect(ask).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(EVERY_MS + 1_000)
  expect(ask).toHaveBeenCalledTimes(3)
  said.problem = { ...OFFLINE, code: 'rate_limited', retryAfterMs: 60_000 }
  await vi.advanceTimersByTimeAsync(EVERY_MS + 1_999)
  expect(ask).toHaveBeenCalledTimes(3)
  await vi.advanceTimersByTimeAsync(1)
  expect(ask).toHaveBeenCalledTimes(4)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ask).toHaveBeenCalledTimes(4)
  stop()
})

test('S14: while nobody looks nothing is asked, and at once when somebody does', async () => {
  const { ask, stop } = start()
  await vi.advanceTimersByTimeAsync(0)
  show('hidden')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ask).toHaveBeenCalledTimes(1)
  show('visible')
  expect(ask).toHaveBeenCalledTimes(2)
  stop()
})
