import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DraftSaver } from '../../../client/react/draft-saver.ts'
import { type Result, fail, ok } from '../../../src/contract/result.ts'
import type { Problem } from '../../../client/problem.ts'

type Fields = Readonly<Record<string, unknown>>
type Answer = Result<Fields, Problem>

const OFFLINE: Answer = fail({ code: 'offline', message: 'No connection.' })

/** The test answers each call by hand. */
function start() {
  const calls: { readonly changes: Fields; readonly answer: (result: Answer) => void }[] = []
  const saver = new DraftSaver(
    (changes) => new Promise((resolve) => calls.push({ changes, answer: resolve })),
  )
  const answer = async (number: number, result: Answer) => {
    calls[number]?.answer(result)
    await vi.advanceTimersByTimeAsync(0)
  }
  return { saver, answer, sent: () => calls.map(({ changes }) => changes) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const pause = () => vi.advanceTimersByTimeAsync(1_000)

test('B9: what is typed without a pause is one call', async () => {
  const { saver, sent, answer } = start()
  saver.change({ name: 'A' })
  await vi.advanceTimersByTimeAsync(100)
  saver.change({ name: 'Ad', team: 2 })
  expect(saver.getState()).toMatchObject({ draft: { name: 'Ad', team: 2 }, saving: 'saving' })
  await pause()
  expect(sent()).toEqual([{ name: 'Ad', team: 2 }])
  await answer(0, ok({ name: 'Ad', team: 2, older: true }))
  expect(saver.getState()).toEqual({
    draft: { name: 'Ad', team: 2, older: true },
    saving: 'saved',
    problem: null,
  })
})

test('B9: what changes during a call goes with the next, and stays on the screen', async () => {
  const { saver, sent, answer } = start()
  saver.change({ name: 'A' })
  await pause()
  saver.change({ name: 'B' })
  await pause()
  expect(sent()).toEqual([{ name: 'A' }])
  await answer(0, ok({ name: 'A' }))
  expect(saver.getState()).toMatchObject({ draft: { name: 'B' }, saving: 'saving' })
  await pause()
  expect(sent()).toEqual([{ name: 'A' }, { name: 'B' }])
})

test('B9: without a connection it says so, and leaves trying again to the client, until that says it is saved', async () => {
  const { saver, sent, answer } = start()
  saver.change({ name: 'A' })
  await pause()
  await answer(0, OFFLINE)
  expect(saver.getState()).toMatchObject({
    draft: { name: 'A' },
    saving: 'not_saved',
    problem: { code: 'offline' },
  })
  await vi.advanceTimersByTimeAsync(600_000)
  saver.heard({ code: 'unavailable', message: 'Later.' })
  expect(saver.getState()).toMatchObject({ saving: 'not_saved', problem: { code: 'unavailable' } })
  saver.heard(null)
  expect(saver.getState()).toEqual({ draft: { name: 'A' }, saving: 'saved', problem: null })
  saver.saveNow()
  expect(sent()).toEqual([{ name: 'A' }])
})

test('B9: what the client could not save either goes with the next change', async () => {
  const { saver, sent, answer } = start()
  saver.change({ name: 'A' })
  await pause()
  await answer(0, OFFLINE)
  saver.heard({ code: 'validation_failed', message: 'No.' })
  saver.heard(null)
  expect(saver.getState()).toMatchObject({
    saving: 'not_saved',
    problem: { code: 'validation_failed' },
  })
  saver.change({ note: 'B' })
  await pause()
  expect(sent()).toEqual([{ name: 'A' }, { name: 'A', note: 'B' }])
})

test('B9: what changes during a call that fails is sent all the same, and not said to be saved before', async () => {
  const { saver, sent, answer } = start()
  saver.change({ name: 'A' })
  await pause()
  saver.change({ note: 'B' })
  await pause()
  await answer(0, OFFLINE)
  saver.heard(null)
  expect(saver.getState()).toMatchObject({ saving: 'saving' })
  await pause()
  expect(sent()).toEqual([{ name: 'A' }, { name: 'A', note: 'B' }])
  await answer(1, ok({ name: 'A', note: 'B' }))
  expect(saver.getState()).toMatchObject({ saving: 'saved', problem: null })
})

test('B9: what was refused is not sent again by itself, but goes with the next change', async () => {
  const { saver, sent, answer } = start()
  saver.change({ note: 'too long' })
  await pause()
  await answer(0, fail({ code: 'payload_too_large', message: 'Too much.' }))
  await vi.advanceTimersByTimeAsync(600_000)
  expect(sent()).toHaveLength(1)
  saver.change({ note: 'short' })
  await pause()
  expect(sent()).toEqual([{ note: 'too long' }, { note: 'short' }])
})

test('B9: a page that is left saves at once, and only what is new', async () => {
  const { saver, sent, answer } = start()
  saver.change({ name: 'A' })
  saver.saveNow()
  expect(sent()).toEqual([{ name: 'A' }])
  await answer(0, ok({ name: 'A' }))
  saver.saveNow()
  await pause()
  expect(sent()).toHaveLength(1)
})
