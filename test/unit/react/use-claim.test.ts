import { act } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useClaim } from '../../../client/react/use-claim.ts'
import { fail, ok } from '../../../src/contract/result.ts'
import { fakeFoyer } from './fake-foyer.ts'
import { renderHook, settled } from './render-hook.tsx'

afterEach(() => void vi.unstubAllGlobals())

const WRONG = fail({ code: 'code_invalid' as const, message: 'That is not the code.' })

test('B1: a wrong code says so, and the next may be tried', async () => {
  const { foyer } = fakeFoyer()
  foyer.claim.mockResolvedValueOnce(WRONG).mockResolvedValueOnce(ok({ userId: 'u' }))
  const { now } = await renderHook(foyer, useClaim)
  const enter = (code: string) =>
    act(async () => {
      now().claim(code)
      await settled()
    })
  await enter('1111 1111')
  expect(now()).toMatchObject({ pending: false, claimed: false, problem: { code: 'code_invalid' } })
  await enter('1234 5678')
  expect(now()).toMatchObject({ pending: false, claimed: true, problem: null })
  expect(foyer.claim.mock.calls).toEqual([['1111 1111'], ['1234 5678']])
})

test('B1: a double click spends one try, also while the mail is still asked for', async () => {
  const { foyer } = fakeFoyer()
  foyer.requestCode.mockReturnValue(new Promise(() => undefined))
  let answer: (result: typeof WRONG) => void = () => undefined
  foyer.claim.mockReturnValue(new Promise((resolve) => (answer = resolve)))
  const { now } = await renderHook(foyer, useClaim)
  await act(async () => {
    now().mail.request()
    now().claim('1111 1111')
    now().claim('1111 1111')
  })
  expect(now()).toMatchObject({ pending: true, mail: { pending: true, sent: false } })
  expect(foyer.claim).toHaveBeenCalledTimes(1)
  await act(async () => {
    answer(WRONG)
    await settled()
  })
  expect(now()).toMatchObject({ pending: false, problem: WRONG.error, mail: { pending: true } })
})
