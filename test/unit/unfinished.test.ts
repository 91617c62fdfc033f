import { describe, expect, test } from 'vitest'
import type { Report, StepFailure } from '../../src/contract/hydration.ts'
import { decideReopen } from '../../src/core/onboarding/reopen.ts'
import { decideResume, decideUnsubscribe } from '../../src/core/onboarding/resume.ts'
import { nextWakeAt } from '../../src/core/onboarding/due.ts'
import { endedSince, sessionStates } from '../../src/core/onboarding/changes.ts'
import { TestSubject } from '../support/shared/test-subject.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const down: StepFailure = { kind: 'unavailable', detail: 'test' }

/** Somebody whose account was built, and who never came back. */
function unfinished(): TestSubject {
  const subject = new TestSubject()
  subject.opened({ referrer: 'https://blog.example/ada@example.com?q=1' })
  subject.hydrate()
  subject.now += DAY_MS
  return subject
}

/** Reports for the lease that is granted now; answers its work. */
function work(subject: TestSubject, ...reports: readonly Report[]) {
  const leased = subject.leased()
  for (const report of reports) subject.report(leased.fence, report)
  return leased
}

const archiveAll = (subject: TestSubject) => {
  const leased = subject.leased()
  const specIds = leased.archive.map(({ specId }) => specId)
  subject.report(leased.fence, { type: 'archived', specIds })
  return leased.archive
}

function invited(): TestSubject {
  const subject = unfinished()
  archiveAll(subject)
  work(subject, { type: 'invitation_sent' })
  return subject
}

const resume = (subject: TestSubject, invitation = subject.state.invitation?.id ?? '') =>
  subject.take((state, context) =>
    decideResume(state, { mail: invitation, client: 'mail-client', traceparent: 'trace' }, context),
  )

describe('S10: an unfinished session', () => {
  test('is handed out for the archive when it is over, and not a moment before', () => {
    const subject = unfinished()
    subject.now -= 1
    expect(subject.lease()).toBeNull()
    expect(nextWakeAt(subject.state, subject.now)).toBe(subject.now + 1)
    subject.now += 1
    expect(subject.leased().archive).toHaveLength(1)
  })

  test('is archived with the step at which the person was left, and nothing personal', () => {
    const [record] = archiveAll(unfinished())
    expect(record).toMatchObject({
      v: 1,
      planId: 'pro',
      referrerOrigin: 'https://blog.example',
      status: 'merged',
      droppedAt: 'proof',
    })
    expect(JSON.stringify(record)).not.toContain('ada')
  })

  test.each([
    ['a step that never succeeded', 'billing', (subject: TestSubject) => subject.opened()],
    [
      'the mail that never went out',
      'proof_mail',
      (subject: TestSubject) => {
        subject.opened()
        const { fence } = subject.leased()
        for (const step of ['billing', 'account']) {
          subject.report(fence, { type: 'step_done', step, ref: 'ref' })
        }
      },
    ],
  ])('knows %s', (_name, droppedAt, live) => {
    const subject = new TestSubject()
    live(subject)
    subject.now += DAY_MS
    expect(archiveAll(subject)).toMatchObject([{ droppedAt }])
  })

  test('is archived once', () => {
    const subject = unfinished()
    archiveAll(subject)
    work(subject, { type: 'invitation_sent' })
    expect(subject.lease()).toBeNull()
  })

  test('F38: stays until the archive takes it, and nobody is written to before', () => {
    const subject = unfinished()
    for (let times = 0; times < 20; times += 1) {
      const failed = { type: 'chore_failed', chore: 'archive', failure: down } as const
      expect(work(subject, failed).archive).toHaveLength(1)
      expect(subject.state.invitation).toBeNull()
      subject.now += HOUR_MS
    }
    subject.now += 60 * DAY_MS
    expect(subject.leased()).toMatchObject({ erase: false, archive: [{ v: 1 }] })
  })

  test('F39: written, and the consumer dies before it says so: the same record again', () => {
    const subject = unfinished()
    const [first] = subject.leased().archive
    subject.now += 30_000
    expect(subject.leased().archive).toEqual([first])
  })
})

describe('S10: the invitation', () => {
  test('follows the archive, once for an account', () => {
    const subject = invited()
    subject.opened({ client: 'again' })
    subject.hydrate()
    subject.now += DAY_MS
    archiveAll(subject)
    expect(subject.lease()).toBeNull()
  })

  test('waits while another session of the person is alive', () => {
    const subject = new TestSubject()
    subject.opened()
    subject.hydrate()
    subject.now += DAY_MS - 1
    subject.opened({ client: 'b' })
    subject.hydrate()
    subject.now += 1
    archiveAll(subject)
    expect(subject.state.invitation).toBeNull()
    subject.now += DAY_MS
    archiveAll(subject)
    expect(subject.leased().invitation).toMatchObject({ to: 'ada@example.com' })
  })

  test('F40: leased twice at a time is sent once: one of the two gets nothing', () => {
    const subject = unfinished()
    archiveAll(subject)
    expect([subject.lease(), subject.lease()]).toMatchObject([{ fence: 3 }, null])
  })

  test('is repeated under its key when its outcome is unknown', () => {
    const subject = unfinished()
    archiveAll(subject)
    const first = work(subject, { type: 'chore_failed', chore: 'invitation', failure: down })
    subject.now += HOUR_MS
    expect(subject.leased().invitation).toEqual(first.invitation)
  })

  test.each([
    ['reported', true],
    ['never reported', false],
  ])('E: of a provider without keys is not repeated, its unknown outcome %s', (_name, reported) => {
    const subject = unfinished()
    subject.mailRepeats = 'at_least_once'
    archiveAll(subject)
    const { fence } = subject.leased()
    if (reported) {
      subject.report(fence, { type: 'chore_failed', chore: 'invitation', failure: down })
    }
    subject.now += HOUR_MS
    expect(subject.lease()).toBeNull()
    expect(subject.state.invitation?.status).toBe('given_up')
  })

  test.each([
    ['rate_limited', 'no permit in the budget'],
    ['unavailable', 'the budget did not answer'],
  ] as const)(
    'E: of a provider without keys it waits when it was not sent: %s, %s',
    (kind, detail) => {
      const subject = unfinished()
      subject.mailRepeats = 'at_least_once'
      archiveAll(subject)
      const failure = { kind, detail }
      const first = work(subject, { type: 'chore_failed', chore: 'invitation', failure })
      subject.now += HOUR_MS
      expect(subject.leased().invitation).toEqual(first.invitation)
    },
  )

  test('is given up before the provider forgets its key', () => {
    const subject = unfinished()
    archiveAll(subject)
    work(subject, { type: 'chore_failed', chore: 'invitation', failure: down })
    subject.now += 23 * HOUR_MS
    subject.tick()
    expect(subject.state.invitation?.status).toBe('given_up')
  })

  test('is not sent to whoever asked to be left alone, also after an erasure', () => {
    const subject = invited()
    subject.take(decideUnsubscribe)
    subject.now += 40 * DAY_MS
    work(subject, { type: 'erased' })
    subject.opened()
    subject.hydrate()
    subject.now += DAY_MS
    archiveAll(subject)
    expect(subject.state.invitation).toBeNull()
  })
})

describe('B1, B12: the link of the invitation', () => {
  test('is a proof: it ends what nobody proved and opens a member session', () => {
    const subject = invited()
    const alive = subject.opened({ client: 'thief' })
    const before = subject.state
    const reply = resume(subject)
    expect(reply).toMatchObject({ ok: true, value: { authEpoch: 1, generation: 0 } })
    expect(endedSince(before, subject.state)).toContain(alive)
    expect(sessionStates(subject.state)).toContainEqual(
      expect.objectContaining({ specId: alive, provenAt: subject.now }),
    )
  })

  test('builds the account if it is not there yet, and mails no code', () => {
    const subject = new TestSubject()
    subject.opened()
    subject.now += DAY_MS
    archiveAll(subject)
    work(subject, { type: 'invitation_sent' })
    resume(subject)
    const { steps, mail } = subject.leased()
    expect(steps.map(({ name }) => name)).toEqual(['billing', 'account'])
    expect(mail).toBeNull()
  })

  test('works once, and again for ten minutes for the sake of a lost reply', () => {
    const subject = invited()
    const first = resume(subject)
    if (!first.ok) throw new Error('the link was refused')
    subject.now += 599_999
    // B10: the repetition opens nothing that would have to be counted.
    expect(resume(subject)).toEqual({ ok: true, value: { ...first.value, openedAt: null } })
    subject.now += 1
    expect(resume(subject)).toEqual({ ok: false, error: 'expired' })
  })

  test.each([
    ['another invitation', (subject: TestSubject) => resume(subject, 'another')],
    [
      'a week later',
      (subject: TestSubject) => {
        subject.now += 7 * DAY_MS
        return resume(subject)
      },
    ],
    ['nobody known', () => resume(new TestSubject(), 'any')],
  ])('does not work: %s', (_name, press) => {
    expect(press(invited())).toEqual({ ok: false, error: 'expired' })
  })

  test('proof at any moment wins: also in the middle of an erasure', () => {
    const subject = unfinished()
    archiveAll(subject)
    const { fence } = subject.leased()
    subject.report(fence, { type: 'invitation_sent' })
    subject.now += 6 * DAY_MS
    // Kept for shorter than the link works: both at the same moment.
    subject.state = { ...subject.state, retainUntil: subject.now }
    const erasing = subject.leased()
    expect(erasing.erase).toBe(true)
    expect(resume(subject).ok).toBe(true)
    subject.report(erasing.fence, { type: 'erased' })
    expect(subject.state.account).not.toBeNull()
    expect(subject.leased().steps.map(({ name }) => name)).toEqual(['billing', 'account'])
    subject.now += 365 * DAY_MS
    expect(subject.state.proof).not.toBeNull()
  })
})

describe('B7: an account that nobody proved', () => {
  test('goes after its retention, when all is archived', () => {
    const subject = invited()
    subject.now += 29 * DAY_MS - 1
    expect(subject.lease()).toBeNull()
    subject.now += 1
    expect(subject.leased()).toMatchObject({ erase: true, steps: [], archive: [], mail: null })
  })

  test('leaves nothing but counters that never run backwards', () => {
    const subject = invited()
    const { lastRun } = subject.state
    subject.now += 29 * DAY_MS
    const { fence } = work(subject, { type: 'erased' })
    expect(subject.timeline.at(-1)).toEqual({
      type: 'erased',
      at: subject.now,
      run: lastRun,
      fence,
      authEpoch: 0,
      unsubscribed: false,
    })
    expect(subject.state).toMatchObject({ account: null, lastRun, lastFence: fence })
    expect(nextWakeAt(subject.state, subject.now)).toBeNull()
  })

  test('is kept for whoever comes back while it is being erased', () => {
    const subject = invited()
    subject.now += 29 * DAY_MS
    const erasing = subject.leased()
    const back = subject.opened({ client: 'b' })
    subject.report(erasing.fence, { type: 'erased' })
    subject.hydrate()
    expect(subject.status(back)).toBe('merged')
    expect(subject.state.account?.userId).toBe(erasing.account.userId)
  })

  test.each([
    ['dies', () => undefined],
    [
      'hears nothing of it',
      (subject: TestSubject, fence: number) =>
        void subject.report(fence, { type: 'chore_failed', chore: 'erasure', failure: down }),
    ],
  ])(
    'builds nothing for whoever comes back while a removal may still arrive: its consumer %s',
    (_name, ends) => {
      const subject = invited()
      subject.now += 29 * DAY_MS
      const at = subject.now
      const { fence } = subject.leased()
      subject.opened({ client: 'b' })
      ends(subject, fence)
      subject.now += 30_000
      // The mail is no removal's business.
      expect(work(subject, { type: 'mail_sent' }).steps).toEqual([])
      subject.now = at + 600_000 - 1
      expect(subject.lease()).toBeNull()
      expect(nextWakeAt(subject.state, subject.now)).toBe(at + 600_000)
      subject.now += 1
      expect(subject.leased().steps).toHaveLength(2)
    },
  )

  test('is retried, ever more seldom, when a provider does not let go of it', () => {
    const subject = invited()
    subject.random = 1
    subject.now += 29 * DAY_MS
    const gaps: number[] = []
    for (let times = 0; times < 14; times += 1) {
      work(subject, { type: 'chore_failed', chore: 'erasure', failure: down })
      const dueAt = nextWakeAt(subject.state, subject.now) ?? 0
      gaps.push((dueAt - subject.now) / 1_000)
      subject.now = dueAt
    }
    expect(gaps.slice(0, 4)).toEqual([1, 2, 4, 8])
    expect(gaps.at(-1)).toBe(3_600)
  })

  test('does not go while somebody proved it, however long ago', () => {
    const subject = invited()
    resume(subject)
    subject.hydrate()
    subject.now += 365 * DAY_MS
    subject.tick()
    expect(subject.lease()).toBeNull()
  })
})

describe('S6: a failed run', () => {
  const rejected: StepFailure = { kind: 'rejected', detail: 'stripe 400 email_invalid' }

  function failed(): { subject: TestSubject; specId: string } {
    const subject = new TestSubject()
    const specId = subject.opened()
    work(
      subject,
      { type: 'mail_sent' },
      { type: 'step_failed', step: 'billing', failure: rejected },
    )
    return { subject, specId }
  }

  const reopen = (subject: TestSubject, specId: string, run: number) =>
    subject.take((state, context) => decideReopen(state, { specId, run }, context))

  test('says what ended it', () => {
    const { subject } = failed()
    expect(sessionStates(subject.state)).toMatchObject([
      { status: 'failed', failure: { step: 'billing', ...rejected } },
    ])
  })

  test('is given another one, which goes the whole way', () => {
    const { subject, specId } = failed()
    expect(reopen(subject, specId, 1)).toEqual({ ok: true, value: { run: 2 } })
    expect(subject.path(specId).at(-1)).toMatchObject({ status: 'pending', seq: 4 })
    subject.hydrate()
    expect(subject.path(specId).at(-1)).toMatchObject({ status: 'merged', seq: 7 })
    expect(subject.views(specId).at(-1)?.error).toBeUndefined()
    expect(sessionStates(subject.state)).toMatchObject([{ run: 2, failure: null }])
  })

  test('is given one only, however often somebody asks', () => {
    const { subject, specId } = failed()
    reopen(subject, specId, 1)
    expect(reopen(subject, specId, 1)).toEqual({ ok: false, error: 'not_failed' })
    expect(reopen(subject, 'unknown', 1)).toEqual({ ok: false, error: 'forgotten' })
  })

  test('a run that is under way, or has merged, is given none', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    expect(reopen(subject, specId, 1).ok).toBe(false)
    subject.hydrate()
    expect(reopen(subject, specId, 1).ok).toBe(false)
  })
})
