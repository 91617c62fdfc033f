import { act } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import type { Problem } from '../../../client/problem.ts'
import { useSignUp } from '../../../client/react/use-sign-up.ts'
import { type Result, fail, ok } from '../../../src/contract/result.ts'
import { fakeFoyer } from './fake-foyer.ts'
import { renderHook, settled } from './render-hook.tsx'

const INTENTION = { email: 'ada@example.com', planId: 'pro' }

type Answer = Result<{ readonly specId: string }, Problem>

const FAILED: Answer = fail({ code: 'offline', message: 'No connection.' })

const answers: ((result: Answer) => void)[] = []

/** Each call stays open until the test answers it. */
async function start() {
  const { foyer, tell } = fakeFoyer()
  foyer.signUp.mockImplementation(() => new Promise((resolve) => answers.push(resolve)))
  const hook = await renderHook(foyer, useSignUp)
  const answer = (result: Answer) =>
    act(async () => {
      if (result.ok) tell({ person: { kind: 'session', specId: 'spec', email: INTENTION.email } })
      answers.at(-1)?.(result)
      await settled()
    })
  const press = () => act(async () => hook.now().signUp(INTENTION))
  return { foyer, tell, hook, answer, press }
}

afterEach(async () => {
  // React shows the end of no action before the end of all: one left open would hold up the next test.
  await act(async () => {
    for (const answer of answers.splice(0)) answer(FAILED)
    await settled()
  })
  vi.unstubAllGlobals()
})

test('S14: the person is greeted before there is an answer', async () => {
  const { hook, press } = await start()
  expect(hook.now()).toMatchObject({ email: null, pending: false })
  await press()
  expect(hook.now()).toMatchObject({ email: INTENTION.email, pending: true, problem: null })
})

test('S14: the greeting stays when the server agrees, without a moment in between', async () => {
  const { hook, press, answer } = await start()
  await press()
  const before = hook.returned.length
  await answer(ok({ specId: 'spec' }))
  expect(hook.now()).toMatchObject({ email: INTENTION.email, pending: false, problem: null })
  expect(hook.returned.slice(before).every(({ email }) => email === INTENTION.email)).toBe(true)
})

test('S14: it is taken back when the network fails, with words to show, and can be tried again', async () => {
  const { foyer, hook, press, answer } = await start()
  await press()
  await answer(FAILED)
  expect(hook.now()).toMatchObject({
    email: null,
    pending: false,
    problem: { code: 'offline', message: 'No connection.' },
  })
  await press()
  expect(hook.now()).toMatchObject({ email: INTENTION.email, pending: true, problem: null })
  expect(foyer.signUp).toHaveBeenCalledTimes(2)
})

test('S14: a double click is one call', async () => {
  const { foyer, hook, press, answer } = await start()
  await act(async () => {
    hook.now().signUp(INTENTION)
    hook.now().signUp(INTENTION)
  })
  await press()
  // React would keep the second for after the first.
  await answer(ok({ specId: 'spec' }))
  expect(foyer.signUp).toHaveBeenCalledTimes(1)
  expect(foyer.signUp).toHaveBeenCalledWith(INTENTION)
})
