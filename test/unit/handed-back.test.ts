import { expect, test } from 'vitest'
import { ok } from '../../src/contract/result.ts'
import { REMOVALS_SETTLE_MS } from '../../src/core/onboarding/limits.ts'
import { decideErase } from '../../src/core/onboarding/order-erasure.ts'
import { type HydrationDeps, hydrateSubject } from '../../src/hydration/hydrate-subject.ts'
import { TestSubject } from '../support/shared/test-subject.ts'

const DAY_MS = 24 * 3_600_000

/** Somebody whose first session nobody finished, and who has just begun another. */
function backAgain(): TestSubject {
  const subject = new TestSubject()
  subject.opened()
  subject.hydrate()
  subject.now += DAY_MS
  subject.opened()
  return subject
}

const erased = (subject: TestSubject) => {
  const order = { erasure: 'order', operator: 'ada', reason: 'asked for it' }
  subject.take((state, context) => decideErase(state, order, context))
  return subject.state.condemned
}

test('J: a consumer out of time hands its lease back when the archive has answered, and not before', async () => {
  const subject = backAgain()
  const told: string[] = []
  const { promise: written, resolve: write } = Promise.withResolvers<void>()
  const unused = async () => ok(null)
  const deps: HydrationDeps = {
    steps: [],
    mailer: { repeats: 'idempotent', sendProof: unused, sendInvitation: unused },
    archive: {
      put: async () => {
        await written
        return ok(null)
      },
      remove: unused,
    },
    erasures: { begin: unused, keep: unused, close: unused },
    links: { of: async () => ({ resumeUrl: '', unsubscribeUrl: '' }) },
    now: () => subject.now,
    stopAt: subject.now,
  }
  const worked = hydrateSubject(
    {
      lease: async () => subject.leased(),
      report: async (fence, reports) => {
        told.push(...reports.map(({ type }) => type))
        if (told.includes('mail_sent')) write()
        return { ...subject.report(fence, ...reports), changed: null }
      },
    },
    deps,
  )
  const replies = await worked
  expect(told).toEqual(['mail_sent', 'archived', 'returned'])
  expect(replies.map(({ accepted }) => accepted)).toEqual([true, true, true])
  expect([...subject.state.sessions.values()][0]?.archivedAt).toBe(subject.now)
})

test('B7: a lease that is handed back while the archive is written leaves a call that may still arrive', () => {
  const subject = backAgain()
  const { fence, archive } = subject.leased()
  expect(archive).toHaveLength(1)
  const until = subject.state.lease?.until ?? 0
  subject.report(fence, { type: 'returned' })
  expect(erased(subject)?.quietAt).toBe(until + REMOVALS_SETTLE_MS)
})

test('B7: a lease that is handed back after the archive has answered leaves none', () => {
  const subject = backAgain()
  const { fence, archive } = subject.leased()
  subject.report(
    fence,
    { type: 'archived', specIds: archive.map(({ specId }) => specId) },
    { type: 'returned' },
  )
  expect(erased(subject)?.quietAt).toBe(subject.now)
})
