import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { Foyer, patiently } from '../support/foyer.ts'
import { Frame, counts, each, people, runStatusOf, signUp, untilMerged } from '../support/people.ts'
import { framesOf, shown } from '../support/shared/frames.ts'

// Black box: the whole system as `npm start` runs it, seen from outside.

let foyer: Foyer

beforeAll(async () => {
  foyer = await Foyer.create({ USER_LIMIT_PER_MINUTE: '0' })
  await foyer.start()
})

afterAll(() => foyer.cleanUp())

const signUpAll = (emails: readonly string[]) =>
  Promise.all(emails.map((email) => signUp(foyer, email)))

describe('a person signs up', () => {
  test('and watches the account come true over the socket', async () => {
    const session = await signUp(foyer, 'story@example.com')
    const url = `${foyer.url('app')}/ws/onboarding/${session.specId}?after=0`
    const socket = new WebSocket(url.replace('http', 'ws'), ['foyer.v1', `bearer.${session.token}`])
    const frames: z.infer<typeof Frame>[] = []
    socket.addEventListener('message', ({ data }) => {
      frames.push(Frame.parse(JSON.parse(String(data))))
    })
    await expect.poll(() => frames.at(-1)?.status, patiently).toBe('merged')
    socket.close()
    const steps = frames[0]?.steps.map(({ name }) => name) ?? []
    expect(steps).toEqual(['identity', 'billing', 'account'])
    expect(frames.map(shown)).toEqual(framesOf(steps))
    expect(await counts(foyer, 'story@')).toEqual(each(1))
  })

  test('S8: from fifty clients at once, and is one account', async () => {
    const sessions = await signUpAll(Array<string>(50).fill('fifty@example.com'))
    await untilMerged(foyer, sessions)
    expect(new Set(sessions.map(({ specId }) => specId)).size).toBe(50)
    expect(await counts(foyer, 'fifty@')).toEqual(each(1))
  })
})

test('Q10: two hundred people at once are two hundred accounts', async () => {
  await untilMerged(foyer, await signUpAll(people('many-', 200)))
  expect(await counts(foyer, 'many-')).toEqual(each(200))
})

test.each([['identity'], ['billing']])(
  'F26: while %s is away sign-ups go on, and are finished when it is back',
  async (provider) => {
    expect(await foyer.run('service.ts', 'stop', provider)).toBe(0)
    const sessions = await signUpAll(people(`without-${provider}-`, 20))
    // Long enough for every one of them to have failed at least once.
    await expect
      .poll(async () => {
        const all = await Promise.all(sessions.map((session) => runStatusOf(foyer, session)))
        return new Set(all)
      }, patiently)
      .toEqual(new Set(['hydrating']))
    const rows =
      await foyer.connect()`SELECT 1 FROM users WHERE email LIKE ${`without-${provider}-%`}`
    expect(rows).toEqual([])
    expect(await foyer.run('service.ts', 'start', provider)).toBe(0)
    await untilMerged(foyer, sessions)
    expect(await counts(foyer, `without-${provider}-`)).toEqual(each(20))
  },
)
