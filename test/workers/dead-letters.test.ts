import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, expect, test } from 'vitest'
import { ownedEvent } from '../support/shared/behaviour.ts'
import { signUp } from '../support/worker/api.ts'
import { consume, deliver, wakeFor, wakeOf } from '../support/worker/deliver.ts'
import { deadLetter, fault } from '../support/worker/outside.ts'
import { freshSubject, merged, open } from '../support/worker/subject.ts'

const QUEUE = 'foyer-hydration-dead'

afterEach(() => fault('DATABASE', null))

test('a dead letter is kept, and what cannot be read is not copied', async () => {
  const { token, specId } = await signUp()
  const { batch } = await deliver(QUEUE, [wakeOf(token, specId), { email: 'canary@example.com' }])
  const kept = await Promise.all(batch.messages.map(({ id }) => deadLetter(id)))
  expect(kept[0]?.[0]?.body).toMatchObject({ v: 1, sessions: [{ specId }] })
  expect(kept[1]).toMatchObject([{ body: null, detail: 'the message could not be read' }])
})

test('of what somebody did the whole message is kept, since no object may have it', async () => {
  const { key } = freshSubject()
  const { eventId, person, ...event } = ownedEvent({ subjectKey: key })
  const events = [{ ...event, eventId, subjectKey: undefined }]
  const body = { v: 1, type: 'events', key, person, traceparent: '', events }
  const { batch } = await deliver('foyer-behavior-dead', [body])
  const [letter] = await deadLetter(batch.messages[0]?.id ?? '')
  expect(letter).toMatchObject({ subjectKey: key, body: { person, events: [{ eventId }] } })
  expect(letter?.detail).toBe('what came of it could not be kept')
})

test.each([
  ['unreachable', { kind: 'reject' }],
  ['out of service', { kind: 'status', status: 503 }],
  ['silent after the commit', { kind: 'commit_then_drop' }],
])(
  'F16: while the database is %s no dead letter is given up; then each is kept once',
  async (_name, kind) => {
    const { stub, key } = freshSubject()
    const claim = await open(stub, key)
    await fault('DATABASE', kind)
    const { batch, result } = await deliver(QUEUE, [wakeFor(key, claim.specId), { v: 9 }])
    expect([result.ackAll, result.explicitAcks]).toEqual([false, []])
    expect(result.retryMessages.map(({ msgId }) => msgId)).toEqual(
      batch.messages.map(({ id }) => id),
    )
    await fault('DATABASE', null)
    expect((await consume(batch)).ackAll).toBe(true)
    expect((await consume(batch)).ackAll).toBe(true)
    const kept = await Promise.all(batch.messages.map(({ id }) => deadLetter(id)))
    expect(kept.map(({ length }) => length)).toEqual([1, 1])
  },
)

test('F16: a person whose message is a dead letter is in the object, and is served by its alarm', async () => {
  const { stub, key } = freshSubject()
  const claim = await open(stub, key)
  await fault('DATABASE', { kind: 'reject' })
  await deliver(QUEUE, [wakeFor(key, claim.specId)])
  await fault('DATABASE', null)
  expect(await runDurableObjectAlarm(stub)).toBe(true)
  expect(await merged(stub, claim)).toBe(true)
})
