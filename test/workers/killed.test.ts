import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import type { SubjectObject } from '../../durable-objects/subject.ts'
import type { WakeMessage } from '../../src/contract/messages.ts'
import type { OpenSession, SubjectRpc } from '../../src/contract/subject-rpc.ts'
import {
  bindings,
  eventually,
  freshEmail,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import { consume, deliver, wakeFor, wakeOf } from '../support/worker/deliver.ts'
import { customersOf, identitiesOf, indexOf, mailsTo, rowsOf } from '../support/worker/outside.ts'
import { timelineOf } from '../support/worker/run.ts'
import {
  type Subject,
  commandFor,
  entriesOf,
  freshSubject,
  letPass,
  merged,
  open,
  withQueue,
} from '../support/worker/subject.ts'

const HOUR_MS = 3_600_000
const idempotencyKey = 'a-key-of-sixteen-characters'

const ofType = async (stub: Subject, type: string) =>
  (await entriesOf(stub)).filter((entry) => entry.type === type)

/** How much of each the world outside has for a person. */
const holdings = async (email: string) => {
  const kinds = [rowsOf, identitiesOf, customersOf, mailsTo]
  const found = await Promise.all(kinds.map((holding) => holding(email)))
  return found.map(({ length }) => length)
}

const mailSent = (stub: Subject) =>
  eventually('the mail', async () => (await ofType(stub, 'mail_sent')).length === 1)

/**
 * The object is torn down while it opens a session: nothing that it has not committed stays. Its stub
 * is of no use afterwards.
 */
const dieInTheMiddle = (stub: Subject, command: OpenSession) =>
  runInDurableObject(stub, async (instance: SubjectObject, state) => {
    const opening = instance.open(command)
    state.abort('killed by the test')
    await opening
  })

/** The object is torn down when the session is committed, before anybody hears of it. */
const dieBeforeTheAnswer = (stub: Subject, command: OpenSession) =>
  runInDurableObject(stub, async (instance: SubjectObject, state) => {
    await instance.open(command)
    await state.storage.sync()
    state.abort('killed by the test')
  })

describe('the object dies', () => {
  test('F1: before it commits: nothing happened, and the retry is a first try', async () => {
    const { stub, key } = freshSubject()
    const command = commandFor(key, { idempotencyKey })
    await expect(dieInTheMiddle(stub, command)).rejects.toThrow('killed by the test')
    const again = bindings.SUBJECTS.getByName(key)
    expect(await entriesOf(again)).toEqual([])
    const { opened } = await again.open(command)
    expect(opened).toMatchObject({ ok: true, value: { replayed: false } })
    expect(await ofType(again, 'session_opened')).toHaveLength(1)
  })

  test('F2: after it committed, before the 201: the retry is the same session, which merges', async () => {
    const { stub, key } = freshSubject()
    const email = freshEmail()
    const command = commandFor(key, { identity: email, idempotencyKey })
    await expect(dieBeforeTheAnswer(stub, command)).rejects.toThrow('killed by the test')
    const again = bindings.SUBJECTS.getByName(key)
    const [committed] = await ofType(again, 'session_opened')
    const { opened } = await again.open(command)
    expect(opened).toMatchObject({ ok: true, value: { replayed: true } })
    const claim = opened.ok ? opened.value : { specId: '', authEpoch: 0 }
    expect(committed).toMatchObject({ specId: claim.specId })
    await runDurableObjectAlarm(again)
    await merged(again, claim)
    await mailSent(again)
    expect(await holdings(email)).toEqual([1, 1, 1, 1])
  })

  test('F4: after it sent the wake-up, before it knows: the duplicates are harmless', async () => {
    const { stub, key } = freshSubject()
    const email = freshEmail()
    const claim = await open(stub, key, { identity: email })
    const sent: WakeMessage[] = []
    for (let times = 0; times < 3; times += 1) {
      await withQueue(stub, async (message) => sent.push(message))
      await stub.wake()
      await evictDurableObject(stub)
    }
    expect(sent).toHaveLength(3)
    await atOnce(sent)
    await merged(stub, claim)
    await mailSent(stub)
    expect(await ofType(stub, 'lease_granted')).toHaveLength(1)
    expect(await holdings(email)).toEqual([1, 1, 1, 1])
  })
})

/** Each message in a delivery of its own, all of them to consumers that work at the same time. */
const atOnce = (messages: readonly WakeMessage[]) =>
  Promise.all(messages.map((message) => deliver('foyer-hydration', [message])))

test('F10: the consumer dies after the object knows, before the ack: the redelivery does nothing', async () => {
  const email = freshEmail()
  const session = await signUp(email)
  const stub = subjectOf(session.token)
  await untilSettled(session)
  await mailSent(stub)
  const before = await timelineOf(session.token)
  const { batch, result } = await deliver('foyer-hydration', [
    wakeOf(session.token, session.specId),
  ])
  const again = await consume(batch)
  expect([result, again].map(({ explicitAcks }) => explicitAcks.length)).toEqual([1, 1])
  expect(await timelineOf(session.token)).toEqual(before)
  expect(await holdings(email)).toEqual([1, 1, 1, 1])
  // The first consumer may not have written it yet.
  await eventually('the index', async () =>
    (await indexOf(session.specId)).some(({ status }) => status === 'merged'),
  )
})

test('F13: a wake-up that comes after the session expired: its run stays as it ended', async () => {
  const { stub, key } = freshSubject()
  const email = freshEmail()
  await withQueue(stub, () => Promise.resolve())
  const { specId } = await open(stub, key, { identity: email })
  await letPass(stub, 25 * HOUR_MS)
  const { result } = await deliver('foyer-hydration', [wakeFor(key, specId)])
  expect(result.explicitAcks).toHaveLength(1)
  const late: SubjectRpc = stub
  expect((await late.wake()).sessions).toMatchObject([{ specId, status: 'failed' }])
  // What is left to do for such a session is no part of its run.
  for (const lease of await ofType(stub, 'lease_granted')) expect(lease).toMatchObject({ runs: [] })
  expect((await holdings(email)).slice(0, 3)).toEqual([0, 0, 0])
})

test('F32: the object is evicted while a consumer works for it: what it hears afterwards counts, the rest is done', async () => {
  const { stub, key } = freshSubject()
  const email = freshEmail()
  const claim = await open(stub, key, { identity: email })
  const holder: SubjectRpc = stub
  const work = await holder.lease()
  await evictDurableObject(stub)
  const reply = await holder.report(work?.fence ?? 0, [{ type: 'mail_sent' }, { type: 'returned' }])
  expect(reply.accepted).toBe(true)
  await evictDurableObject(stub)
  await stub.wake()
  await merged(stub, claim)
  // The mail of the first lease was not sent again.
  expect(await holdings(email)).toEqual([1, 1, 1, 0])
  expect(await ofType(stub, 'lease_granted')).toMatchObject([{ mail: true }, { mail: false }])
})

test('F29: the alarm rings twice at once: one account, one mail', async () => {
  const { stub, key } = freshSubject()
  const email = freshEmail()
  const claim = await open(stub, key, { identity: email })
  const sent: WakeMessage[] = []
  await withQueue(stub, async (message) => sent.push(message))
  await runInDurableObject(stub, (instance: SubjectObject) =>
    Promise.all([instance.alarm(), instance.alarm()]),
  )
  await withQueue(stub, null)
  expect(sent).toHaveLength(2)
  await atOnce(sent)
  await merged(stub, claim)
  await mailSent(stub)
  expect(await ofType(stub, 'lease_granted')).toHaveLength(1)
  expect(await holdings(email)).toEqual([1, 1, 1, 1])
})

describe('F31: the alarm races the result of a lease that is over', () => {
  /** A consumer whose 30 seconds are over, with a mail that it has sent nobody. */
  async function overdue() {
    const { stub, key } = freshSubject()
    const email = freshEmail()
    const claim = await open(stub, key, { identity: email })
    const holder: SubjectRpc = stub
    const work = await holder.lease()
    await letPass(stub, 31_000)
    const report = () => holder.report(work?.fence ?? 0, [{ type: 'mail_sent' }])
    return { stub, email, claim, report }
  }

  const leases = async (stub: Subject) => (await ofType(stub, 'lease_granted')).length

  test('F31: the result comes first: it counts, and the alarm gives away what is left', async () => {
    const { stub, email, claim, report } = await overdue()
    expect((await report()).accepted).toBe(true)
    await runDurableObjectAlarm(stub)
    await merged(stub, claim)
    expect(await leases(stub)).toBe(2)
    expect(await holdings(email)).toEqual([1, 1, 1, 0])
  })

  test('F31: the alarm comes first: the late result is ignored', async () => {
    const { stub, email, claim, report } = await overdue()
    await runDurableObjectAlarm(stub)
    await eventually('the next lease', async () => (await leases(stub)) === 2)
    expect((await report()).accepted).toBe(false)
    await merged(stub, claim)
    await mailSent(stub)
    expect(await holdings(email)).toEqual([1, 1, 1, 1])
  })

  test('F31: both at once: one of the two', async () => {
    const { stub, email, claim, report } = await overdue()
    const [{ accepted }] = await Promise.all([report(), runDurableObjectAlarm(stub)])
    await merged(stub, claim)
    await mailSent(stub)
    expect(await leases(stub)).toBe(2)
    expect(await holdings(email)).toEqual([1, 1, 1, accepted ? 0 : 1])
  })
})
