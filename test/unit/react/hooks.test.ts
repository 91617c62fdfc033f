import { act } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useChecklist } from '../../../client/react/use-checklist.ts'
import { useDraft } from '../../../client/react/use-draft.ts'
import { useRecommendation } from '../../../client/react/use-recommendation.ts'
import { usePerson, useSnapshot } from '../../../client/react/use-snapshot.ts'
import { fail, ok } from '../../../src/contract/result.ts'
import { fakeFoyer, recommendation } from './fake-foyer.ts'
import { renderHook } from './render-hook.tsx'

afterEach(() => void vi.unstubAllGlobals())

test('S14: the client runs while its provider is there', async () => {
  const { foyer } = fakeFoyer()
  const { unmount } = await renderHook(foyer, () => null)
  expect(foyer.start).toHaveBeenCalledTimes(1)
  expect(foyer.stop).not.toHaveBeenCalled()
  await unmount()
  expect(foyer.stop).toHaveBeenCalledTimes(1)
})

test('S14: a page hears of what it looks at, and is not drawn again for the rest', async () => {
  const { foyer, tell } = fakeFoyer()
  const { now, returned } = await renderHook(foyer, usePerson)
  expect(now()).toEqual({ kind: 'nobody' })
  await act(async () => tell({ person: { kind: 'member', userId: 'u' } }))
  expect(now()).toEqual({ kind: 'member', userId: 'u' })
  const drawn = returned.length
  await act(async () => tell({ transport: 'websocket' }))
  expect(returned).toHaveLength(drawn)
})

test('S14: who looks at everything hears of everything', async () => {
  const { foyer, tell } = fakeFoyer()
  const { now } = await renderHook(foyer, () => useSnapshot())
  await act(async () => tell({ transport: 'polling' }))
  expect(now()).toBe(foyer.getSnapshot())
})

test('A6: a recommendation is answered under its own id', async () => {
  const { foyer } = fakeFoyer({ recommendation: recommendation('modal') })
  const { now } = await renderHook(foyer, () => ({ standing: useRecommendation('modal') }))
  const { standing } = now()
  standing?.seen()
  standing?.accept()
  standing?.later()
  standing?.decline()
  for (const told of [foyer.seen, foyer.clicked, foyer.snooze, foyer.dismiss]) {
    expect(told.mock.calls).toEqual([['of-modal']])
  }
})

test('A6: a component that it was not meant for does not get it', async () => {
  const { foyer, tell } = fakeFoyer({ recommendation: recommendation('tooltip') })
  const { now } = await renderHook(foyer, () => ({ standing: useRecommendation('modal') }))
  expect(now().standing).toBeNull()
  await act(async () => tell({ recommendation: recommendation('modal') }))
  expect(now().standing?.recommendation.ui_component).toBe('modal')
  await act(async () => tell({ recommendation: null }))
  expect(now().standing).toBeNull()
})

test('A3: a checklist counts what is done', async () => {
  const item = (id: string, done: boolean) => ({ id, title: id, path: `/${id}`, done })
  const { foyer, tell } = fakeFoyer()
  const { now } = await renderHook(foyer, () => ({ checklist: useChecklist() }))
  expect(now().checklist).toBeNull()
  await act(async () =>
    tell({ checklist: { items: [item('a', true), item('b', false), item('c', true)] } }),
  )
  expect(now().checklist).toMatchObject({ done: 2, total: 3 })
})

test('B9: what was typed is saved when its form, or the whole page, goes away', async () => {
  const { foyer } = fakeFoyer()
  foyer.saveDraft.mockImplementation(async (changes) => ok(changes))
  const { now, unmount } = await renderHook(foyer, useDraft)
  await act(async () => {
    now().change({ name: 'Ada' })
    Object.assign(document, { visibilityState: 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  expect(foyer.saveDraft.mock.calls).toEqual([[{ name: 'Ada' }]])
  expect(now()).toMatchObject({ draft: { name: 'Ada' }, saving: 'saved' })
  await act(async () => now().change({ team: 2 }))
  await unmount()
  expect(foyer.saveDraft.mock.calls).toEqual([[{ name: 'Ada' }], [{ team: 2 }]])
})

test('B9: what could not be saved at once is shown as saved when the client has done it', async () => {
  const { foyer, tell } = fakeFoyer()
  const offline = { code: 'offline', message: 'No connection.' } as const
  foyer.saveDraft.mockImplementation(async () => {
    tell({ draftProblem: offline })
    return fail(offline)
  })
  const { now } = await renderHook(foyer, useDraft)
  await act(async () => {
    now().change({ name: 'Ada' })
    now().saveNow()
  })
  expect(now()).toMatchObject({ saving: 'not_saved', problem: offline })
  await act(async () => tell({ transport: 'polling' }))
  expect(now()).toMatchObject({ saving: 'not_saved', problem: offline })
  await act(async () => tell({ draftProblem: null }))
  expect(now()).toMatchObject({ draft: { name: 'Ada' }, saving: 'saved', problem: null })
  expect(foyer.saveDraft).toHaveBeenCalledTimes(1)
})

test('B9: what one person typed is neither shown to the next nor saved as theirs', async () => {
  const session = (specId: string) =>
    ({ kind: 'session', specId, email: `${specId}@example.com` }) as const
  const { foyer, tell } = fakeFoyer({ person: session('a') })
  foyer.saveDraft.mockImplementation(async (changes) => ok(changes))
  const { now, unmount } = await renderHook(foyer, useDraft)
  await act(async () => now().change({ name: 'Ada' }))
  expect(now().draft).toEqual({ name: 'Ada' })
  await act(async () => tell({ person: session('b') }))
  expect(now()).toMatchObject({ draft: {}, saving: 'untouched' })
  await act(async () => now().change({ name: 'Bob' }))
  await unmount()
  expect(foyer.saveDraft.mock.calls).toEqual([[{ name: 'Bob' }]])
})
