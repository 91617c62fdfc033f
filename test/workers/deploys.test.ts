import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import type { SubjectRpc } from '../../src/contract/subject-rpc.ts'
import { freshEmail } from '../support/worker/api.ts'
import { deliver, wakeFor } from '../support/worker/deliver.ts'
import { deadLetter, rowsOf } from '../support/worker/outside.ts'
import { commandFor, freshSubject, letPass, merged, open } from '../support/worker/subject.ts'
import first from '../support/timelines/first.json' with { type: 'json' }

describe('F45: a deploy in mid-flight', () => {
  test('F45: a message with fields that a later release added is worked off', async () => {
    const { stub, key } = freshSubject()
    const claim = await open(stub, key)
    const wake = wakeFor(key, claim.specId)
    const later = {
      ...wake,
      priority: 'high',
      sessions: wake.sessions.map((session) => ({ ...session, region: 'weur' })),
    }
    const { result } = await deliver('foyer-hydration', [later])
    expect(result.explicitAcks).toHaveLength(1)
    await merged(stub, claim)
  })

  test('F45: a message of a version to come is left for whoever understands it, then kept; its subject is served', async () => {
    const { stub, key } = freshSubject()
    const email = freshEmail()
    const claim = await open(stub, key, { identity: email })
    const future = { ...wakeFor(key, claim.specId), v: 2 }
    const { batch, result } = await deliver('foyer-hydration', [future])
    expect(result.explicitAcks).toEqual([])
    expect(result.retryMessages.map(({ msgId }) => msgId)).toEqual([batch.messages[0]?.id])
    const dead = await deliver('foyer-hydration-dead', [future])
    expect(await deadLetter(dead.batch.messages[0]?.id ?? '')).toHaveLength(1)
    await stub.wake()
    await merged(stub, claim)
    expect(await rowsOf(email)).toHaveLength(1)
  })

  test('F45: an object that slept through a deploy wakes up with its old timeline, and goes on', async () => {
    const { stub, key } = freshSubject()
    const email = freshEmail()
    const past = JSON.stringify(first)
      .replaceAll('k'.repeat(43), key)
      .replaceAll('ada@example.com', email)
      .replaceAll('00000000-0000-4000-8000', crypto.randomUUID().slice(0, 23))
    await runInDurableObject(stub, (_instance, state: DurableObjectState) => {
      state.storage.sql.exec('CREATE TABLE timeline (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL)')
      for (const entry of JSON.parse(past) as readonly unknown[]) {
        state.storage.sql.exec('INSERT INTO timeline (entry) VALUES (?)', JSON.stringify(entry))
      }
    })
    // As if its last entry had been written now, whenever this runs.
    await letPass(stub, Math.max(...first.map(({ at }) => at)) - Date.now())
    const subject: SubjectRpc = stub
    const before = (await subject.wake()).sessions.map(({ status }) => status)
    expect(before.slice(0, 3)).toEqual(['merged', 'failed', 'failed'])
    const { opened } = await stub.open(commandFor(key, { identity: email, client: 'today' }))
    if (!opened.ok) throw new Error('refused')
    await stub.wake()
    await merged(stub, opened.value)
  })

  test('F45: a timeline that an older release cannot read keeps its alarm, until it can be read again', async () => {
    const { stub, key } = freshSubject()
    const claim = await open(stub, key)
    const later = (statement: string) =>
      runInDurableObject(stub, (_instance, { storage }: DurableObjectState) => {
        storage.sql.exec(statement)
      })
    await later(`INSERT INTO timeline (seq, entry) VALUES (1000, '{"type":"of_a_later_release"}')`)
    await evictDurableObject(stub)
    for (let times = 0; times < 8; times += 1) expect(await runDurableObjectAlarm(stub)).toBe(true)
    await later('DELETE FROM timeline WHERE seq = 1000')
    await evictDurableObject(stub)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    await merged(stub, claim)
  })
})
