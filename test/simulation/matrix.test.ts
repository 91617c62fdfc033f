import { describe, expect, test } from 'vitest'
import { ATTEMPTS_MAX } from '../../src/core/hydration/retry.ts'
import { LEASE_MS, RUN_DEADLINE_MS } from '../../src/core/onboarding/limits.ts'
import { wakeMessage } from '../../src/core/onboarding/wake.ts'
import { PLAN } from './plan.ts'
import type { Fault, Part } from './faults.ts'
import { pressLink } from './visitor.ts'
import { DAY_MS, MINUTE_MS, ONCE, Scene } from './scene.ts'

// The rows of docs/faults.md about order and crashes, each scripted in an otherwise calm world. Every
// step of a scene also checks every invariant.

/**
 * Answers that the first consumer hears before the one about the account's row: of the index, the
 * lease, the mail, the identity, the customer, and of the reports on these three.
 */
const BEFORE_THE_ROW = 8

describe('a sign-up', () => {
  test('without any fault is one of everything within seconds', async () => {
    const scene = new Scene()
    scene.signUp()
    await scene.pass(10_000)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })

  test('F1: killed before the object commits: the retry makes one session', async () => {
    const scene = new Scene()
    scene.faults.next('killed_before_commit', 'ada')
    const page = scene.signUp()
    await scene.pass(MINUTE_MS)
    expect(scene.sessions.map(({ specId }) => specId)).toEqual([page.session?.specId])
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })

  test('F2: killed after the commit, before the 201: the retry is the same session', async () => {
    const scene = new Scene()
    scene.faults.next('killed_after_commit', 'ada')
    const page = scene.signUp()
    await scene.pass(MINUTE_MS)
    expect(page.session?.replayed).toBe(true)
    expect(scene.sessions.map(({ specId }) => specId)).toEqual([page.session?.specId])
    expect(scene.effects).toEqual(ONCE)
  })

  test('F3: killed after the commit, before the wake-up is sent: the alarm sends it', async () => {
    const scene = new Scene()
    scene.faults.next('killed', 'worker 1')
    scene.signUp()
    await scene.pass(5_000)
    expect(scene.statuses).toEqual(['pending'])
    await scene.pass(MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })

  test('F4: killed after the wake-up was sent: the duplicates are harmless', async () => {
    const scene = new Scene()
    scene.faults.next('message_doubled', 'queue')
    scene.faults.next('send_hangs', 'queue')
    scene.signUp()
    scene.once('lease_granted', () => scene.object.crash())
    await scene.pass(MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })

  test('F5: the queue refuses the wake-up: the alarm repeats it, ever more seldom', async () => {
    const scene = new Scene()
    scene.faults.next('send_throws', 'queue', { times: 3 })
    const page = scene.signUp()
    await scene.pass(2_000)
    expect(page.session).not.toBeNull()
    await scene.pass(2 * MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })

  test('F6: the queue does not answer: the 201 is not delayed', async () => {
    const scene = new Scene()
    scene.faults.next('send_hangs', 'queue')
    const page = scene.signUp()
    await scene.pass(500)
    expect(page.session).not.toBeNull()
  })
})

describe('hydration', () => {
  test('F9: killed after the row was committed: the redelivery finds the same row', async () => {
    const scene = new Scene()
    scene.signUp()
    scene.faults.next('killed', 'queue consumer 1', { letPass: BEFORE_THE_ROW })
    await scene.pass(8_000)
    expect(scene.statuses).toEqual(['hydrating'])
    expect(scene.effects.rows).toBe(1)
    await scene.pass(2 * MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })

  test('F10: killed after the object knows, before the ack: the redelivery does nothing', async () => {
    const scene = new Scene()
    scene.signUp()
    scene.faults.next('killed', 'queue consumer 1', { letPass: BEFORE_THE_ROW + 1 })
    await scene.pass(8_000)
    expect(scene.statuses).toEqual(['merged'])
    const known = scene.object.journal.written.length
    await scene.pass(10 * MINUTE_MS)
    expect(scene.object.journal.written).toHaveLength(known)
    expect(scene.effects).toEqual(ONCE)
  })

  test('F11: one message a hundred times at once is one account', async () => {
    const scene = new Scene()
    scene.signUp()
    await scene.pass(200)
    const wake = wakeMessage(scene.object.journal.state)
    for (let copy = 0; copy < 100; copy += 1) scene.world.queue.take(wake)
    await scene.pass(MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.object.journal.state.lastFence).toBe(1)
    expect(scene.effects).toEqual(ONCE)
  })

  test('F12: an old fence that comes last changes nothing', async () => {
    const scene = new Scene()
    scene.faults.next('message_lost', 'queue')
    scene.signUp()
    await scene.pass(1_000)
    const old = await scene.lease()
    await scene.pass(LEASE_MS + MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    const { written } = scene.object.journal
    const known = written.length
    const failure = { kind: 'rejected', detail: 'late' } as const
    const reply = await scene.report(old?.fence ?? 0, {
      type: 'step_failed',
      step: 'billing',
      failure,
    })
    expect(reply.accepted).toBe(false)
    expect(written).toHaveLength(known)
  })

  test('F12: wake-ups in the wrong order, an old run last, end where the others do', async () => {
    const scene = new Scene()
    scene.signUp()
    await scene.pass(200)
    const first = wakeMessage(scene.object.journal.state)
    await scene.pass(2 * MINUTE_MS)
    scene.signUp({ idempotencyKey: 'the submit of another page' })
    await scene.pass(MINUTE_MS)
    scene.world.queue.take(first)
    await scene.pass(MINUTE_MS)
    expect(scene.statuses).toEqual(['merged', 'merged'])
    expect(scene.effects).toEqual({ ...ONCE, codes: 2 })
  })

  test('F13: a message that comes after the session was archived changes nothing', async () => {
    const scene = new Scene()
    scene.signUp()
    await scene.pass(200)
    const wake = wakeMessage(scene.object.journal.state)
    await scene.pass(2 * DAY_MS)
    const { written } = scene.object.journal
    const known = written.length
    const archived = [...scene.world.bucket.objects]
    scene.world.queue.take(wake)
    await scene.pass(MINUTE_MS)
    expect(written).toHaveLength(known)
    expect([...scene.world.bucket.objects]).toEqual(archived)
    expect(scene.effects).toEqual({ ...ONCE, invitations: 1 })
  })

  test('F16: dead letters wait for days for whoever keeps them; the person does not', async () => {
    const scene = new Scene()
    scene.faults.takeDown('dead letters')
    scene.faults.next('request_lost', 'lease', { times: 4 })
    scene.signUp()
    scene.world.queue.take({ v: 99 })
    await scene.pass(10 * MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    await scene.pass(3 * DAY_MS)
    expect(scene.world.database.deadLetters.size).toBe(0)
    scene.faults.bringBack('dead letters')
    await scene.pass(5 * MINUTE_MS)
    expect(scene.world.database.deadLetters.size).toBe(1)
    await scene.rest()
  })

  test('F23: redriven after 25 hours it looks for the customer first: one', async () => {
    const scene = new Scene()
    scene.faults.next('answer_lost', 'billing')
    scene.signUp()
    await scene.pass(6_000)
    scene.faults.takeDown('billing')
    await scene.pass(RUN_DEADLINE_MS + 60 * MINUTE_MS)
    expect(scene.statuses).toEqual(['failed'])
    const [session] = scene.sessions
    scene.faults.bringBack('billing')
    scene.object.reopen({ specId: session?.specId ?? '', run: 1 }, () => {})
    await scene.pass(MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects.customers).toBe(1)
  })

  test('F24: the database committed and its reply was lost: the retry is the same row', async () => {
    const scene = new Scene()
    scene.faults.next('commit_unheard', 'users')
    scene.signUp()
    await scene.pass(MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })

  test.each<Part>(['identity', 'billing', 'mail', 'database', 'queue'])(
    'F26: without %s for ten minutes: nobody loses an attempt, all merge afterwards',
    async (part) => {
      const scene = new Scene()
      scene.faults.takeDown(part)
      scene.signUp()
      await scene.pass(5 * MINUTE_MS)
      const page = scene.signUp({ idempotencyKey: 'the submit of another page' })
      await scene.pass(5 * MINUTE_MS)
      expect(page.session).not.toBeNull()
      scene.faults.bringBack(part)
      await scene.pass(6 * MINUTE_MS)
      expect(scene.statuses).toEqual(['merged', 'merged'])
      expect(scene.sessions.map(({ tries }) => tries.attempts)).toEqual([0, 0])
      expect(scene.effects).toMatchObject({ rows: 1, identities: 1, customers: 1 })
    },
  )

  test('an answer of 500 again and again is an attempt each time, and ends at the cap', async () => {
    const scene = new Scene()
    scene.faults.next('breaks_before', 'billing', { times: ATTEMPTS_MAX })
    scene.signUp()
    await scene.pass(5 * MINUTE_MS)
    expect(scene.statuses).toEqual(['failed'])
    expect(scene.sessions[0]?.tries.attempts).toBe(ATTEMPTS_MAX)
  })
})

describe('time', () => {
  test.each([
    ['ahead', 10, -10],
    ['behind', -10, 10],
  ])('F28: an object ten minutes %s of its consumers', async (_, object, consumers) => {
    const scene = new Scene()
    scene.world.stage.clocks.set('ada', object * MINUTE_MS)
    scene.world.stage.clocks.set('consumers', consumers * MINUTE_MS)
    scene.signUp()
    await scene.pass(MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })

  test('F28: a clock that jumps back in the middle: what was seen stays, the run merges', async () => {
    const scene = new Scene()
    scene.world.stage.clocks.set('ada', 10 * MINUTE_MS)
    scene.faults.next('limits', 'billing')
    scene.once('pass_failed', () => scene.world.stage.clocks.set('ada', -10 * MINUTE_MS))
    scene.signUp()
    await scene.pass(100 * MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    const numbers = scene.sessions[0]?.views.map(({ seq }) => seq)
    expect(numbers).toEqual(numbers?.map((_, position) => position + 1))
    expect(scene.effects).toEqual(ONCE)
  })

  test('F29: the alarm rings twice: one effect', async () => {
    const scene = new Scene()
    scene.faults.next('message_lost', 'queue')
    scene.faults.next('alarm_doubled', 'ada', { times: 3 })
    scene.signUp()
    await scene.pass(5 * MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })

  test.each<Fault>(['alarm_lost', 'alarm_given_up'])(
    'F30: %s: the next request sets it again',
    async (fault) => {
      const scene = new Scene({ alarmsMayBeLost: true })
      const page = scene.signUp()
      scene.faults.next('message_lost', 'queue')
      scene.faults.next('killed_before_commit', 'ada', {
        letPass: 1,
        times: fault === 'alarm_given_up' ? 7 : 0,
      })
      scene.faults.next(fault, 'ada')
      await scene.pass(60 * MINUTE_MS)
      expect(scene.statuses).toEqual(['pending'])
      await Promise.all([page.look(), scene.pass(20 * MINUTE_MS)])
      expect(scene.statuses).toEqual(['merged'])
      expect(scene.effects).toEqual(ONCE)
    },
  )

  test('F30: the alarm never rings: the cron wakes the object', async () => {
    const scene = new Scene({ alarmsMayBeLost: true })
    scene.faults.next('killed', 'queue consumer 1', { letPass: 1 })
    scene.faults.next('request_lost', 'lease', { times: 4 })
    scene.faults.next('alarm_lost', 'ada', { times: 2 })
    scene.signUp()
    await scene.pass(9 * MINUTE_MS)
    expect(scene.statuses).not.toEqual(['merged'])
    await scene.pass(20 * MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })

  test.each(['before', 'after'])(
    'F31: a result that comes just %s the end of its lease rings: one winner',
    async (order) => {
      const scene = new Scene()
      scene.faults.next('message_lost', 'queue')
      scene.signUp()
      await scene.pass(1_000)
      const work = await scene.lease()
      const failure = { kind: 'unavailable', detail: 'nobody there' } as const
      const failed = { type: 'step_failed', step: 'identity', failure } as const
      const race = [
        () => scene.object.report(work?.fence ?? 0, [failed], () => {}),
        () => scene.object.wake(() => {}),
        () => scene.object.lease(() => {}),
      ]
      const ordered = order === 'before' ? race : race.toReversed()
      const endsAt = scene.object.journal.state.lease?.until ?? 0
      for (const act of ordered) scene.world.stage.scheduler.at(endsAt, act)
      await scene.pass(2 * MINUTE_MS)
      const heard = scene.object.journal.written.filter(({ entry }) => entry.type === 'pass_failed')
      expect(heard).toHaveLength(order === 'before' ? 1 : 0)
      expect(scene.statuses).toEqual(['merged'])
      expect(scene.effects).toEqual(ONCE)
    },
  )

  test('F32: the object is evicted between any two calls: it goes on from what it wrote', async () => {
    const scene = new Scene()
    scene.faults.next('evicted', 'ada', { times: 100 })
    scene.signUp()
    await scene.pass(MINUTE_MS)
    expect(scene.statuses).toEqual(['merged'])
    expect(scene.effects).toEqual(ONCE)
  })
})

describe('an unfinished sign-up', () => {
  test('without any fault is archived, asked back once, and erased', async () => {
    const scene = new Scene()
    scene.signUp()
    await scene.pass(2 * DAY_MS)
    expect(scene.world.bucket.objects.size).toBe(1)
    expect(scene.effects).toEqual({ ...ONCE, invitations: 1 })
    await scene.rest()
    const nothing = { rows: 0, identities: 0, customers: 0 }
    expect(scene.effects).toEqual({ ...ONCE, ...nothing, invitations: 1 })
  })

  test('F38: the archive does not take it: no mail, nothing deleted, until it does', async () => {
    const scene = new Scene()
    scene.faults.takeDown('archive')
    scene.signUp()
    await scene.pass(40 * DAY_MS)
    expect(scene.effects).toEqual(ONCE)
    expect(scene.statuses).toEqual(['merged'])
    scene.faults.bringBack('archive')
    await scene.rest()
    expect(scene.world.bucket.objects.size).toBe(1)
    expect(scene.effects).toMatchObject({ invitations: 1, rows: 0 })
  })

  test.each(['put_unheard', 'killed'] as const)(
    'F39: %s between the archive and what follows: the same record, one mail',
    async (fault) => {
      const scene = new Scene()
      scene.signUp()
      scene.once('lease_granted', () => {
        scene.faults.next(fault, fault === 'killed' ? 'queue consumer 2' : 'archive', {
          letPass: fault === 'killed' ? 2 : 0,
        })
      })
      await scene.pass(2 * DAY_MS)
      expect(scene.world.bucket.objects.size).toBe(1)
      expect(scene.effects).toEqual({ ...ONCE, invitations: 1 })
    },
  )

  test('a removal that comes late spares whoever came back meanwhile', async () => {
    const scene = new Scene({ plan: { ...PLAN, retentionMs: 2 * DAY_MS } })
    const { world, ada } = scene
    scene.signUp()
    await scene.pass(1.5 * DAY_MS)
    const mail = world.mail.delivered.at(-1)?.id ?? ''
    scene.once('lease_granted', () => {
      scene.faults.next('call_late', 'identity')
      void pressLink(world, 'link', { subjectKey: ada.subjectKey, mail })
    })
    await expect(scene.rest()).resolves.toBeUndefined()
  })

  test('F40: two crons overlap: one mail', async () => {
    const scene = new Scene({ alarmsMayBeLost: true })
    scene.signUp()
    await scene.pass(MINUTE_MS)
    scene.faults.next('alarm_lost', 'ada', { times: 3 })
    await scene.pass(DAY_MS + 5 * MINUTE_MS)
    expect(scene.effects.invitations).toBe(0)
    for (let tick = 0; tick < 2; tick += 1) scene.world.cron.sweep()
    scene.faults.next('cron_doubled', 'cron', { times: 3 })
    await scene.pass(60 * MINUTE_MS)
    expect(scene.effects).toEqual({ ...ONCE, invitations: 1 })
  })
})
