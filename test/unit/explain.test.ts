import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Situation } from '../../src/contract/explanation.ts'
import type { Report, StepFailure } from '../../src/contract/hydration.ts'
import { decideClaim } from '../../src/core/onboarding/claim.ts'
import { decideSaveDraft } from '../../src/core/onboarding/draft.ts'
import { explain } from '../../src/core/onboarding/explain.ts'
import { decideReopen } from '../../src/core/onboarding/reopen.ts'
import { decideResume, decideUnsubscribe } from '../../src/core/onboarding/resume.ts'
import { ENTRIES_SHOWN_MAX, operatorTimeline } from '../../src/core/onboarding/operator-timeline.ts'
import { reportOf } from '../../src/core/onboarding/session-report.ts'
import { T0, TestSubject } from '../support/shared/test-subject.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const iso = (moment: number) => new Date(moment).toISOString()

/** A subject and the session that somebody asks about. */
interface Case {
  readonly subject: TestSubject
  readonly specId: string
}

const opened = (change: (subject: TestSubject) => void = () => {}): Case => {
  const subject = new TestSubject()
  const specId = subject.opened()
  change(subject)
  return { subject, specId }
}

const leasedWith = (subject: TestSubject, ...reports: readonly Report[]) => {
  const work = subject.leased()
  subject.report(work.fence, ...reports)
  return work
}

const failing = (subject: TestSubject, failure: StepFailure) =>
  leasedWith(subject, { type: 'mail_sent' }, { type: 'step_failed', step: 'billing', failure })

const busy: StepFailure = { kind: 'rate_limited', detail: 'stripe 429', retryAfterMs: 40_000 }
const down: StepFailure = { kind: 'unavailable', detail: 'stripe 503' }
const refused: StepFailure = { kind: 'rejected', detail: 'stripe 400 no_such_plan' }

const merged = () => opened((subject) => subject.hydrate())

function over(): Case {
  const one = merged()
  one.subject.now = T0 + DAY_MS
  return one
}

function archived(): Case {
  const one = over()
  const { fence, archive } = one.subject.leased()
  const specIds = archive.map(({ specId }) => specId)
  one.subject.report(fence, { type: 'archived', specIds })
  return one
}

function invited(): Case {
  const one = archived()
  leasedWith(one.subject, { type: 'invitation_sent' })
  return one
}

function resumed(): Case {
  const one = invited()
  one.subject.take((state, context) =>
    decideResume(
      state,
      { mail: state.invitation?.id ?? '', client: 'mail-client', traceparent: 'trace' },
      context,
    ),
  )
  return one
}

function erased(): Case {
  const one = invited()
  one.subject.now += 30 * DAY_MS
  leasedWith(one.subject, { type: 'erased' })
  return one
}

function crowded(): Case {
  const subject = new TestSubject()
  subject.opensPerMinute = 0
  const specId = subject.opened()
  for (let times = 0; times < 60; times += 1) subject.opened()
  return { subject, specId }
}

const code = (subject: TestSubject, specId: string) =>
  subject.take((state, context) =>
    decideClaim(
      state,
      { specId, authEpoch: 0, code: '12345678' },
      new Map([...state.challenges.keys()].map((mail) => [mail, '12345678'])),
      context,
    ),
  )

const TABLE: readonly (readonly [
  name: string,
  make: () => Case,
  expected: { situation: Situation; until: number | null; says: RegExp },
])[] = [
  [
    'nobody took it yet',
    () => opened(),
    {
      situation: 'waiting_for_lease',
      until: T0 + 10_000,
      says: /waits for a consumer .* repeated at 2026-11-21T00:00:10.000Z.*queue "hydration".* fails at 2026-11-22/,
    },
  ],
  [
    'a consumer has it',
    () => opened((subject) => subject.leased()),
    {
      situation: 'lease_held',
      until: T0 + 30_000,
      says: /holds the lease until 2026-11-21T00:00:30.000Z/,
    },
  ],
  [
    'another session of the person is being worked on',
    () => {
      const subject = new TestSubject()
      subject.opened()
      subject.leased()
      return { subject, specId: subject.opened({ client: 'client-b' }) }
    },
    { situation: 'waiting_for_lease', until: T0 + 30_000, says: /another pass/ },
  ],
  [
    'its provider failed twice',
    () =>
      opened((subject) => {
        failing(subject, down)
        subject.now = T0 + MINUTE_MS
        failing(subject, down)
      }),
    {
      situation: 'waiting_for_provider',
      until: T0 + MINUTE_MS + 1_000,
      says: /"billing" .* 2 passes failed, .*"stripe 503" \(unavailable\).* is up and takes our credentials/,
    },
  ],
  [
    'its provider allows no call now',
    () => opened((subject) => failing(subject, busy)),
    {
      situation: 'waiting_for_budget',
      until: T0 + 40_000,
      says: /calls its provider allows \(stripe 429\), for 1 pass .*costs no attempt/,
    },
  ],
  [
    'its retry is due, and nobody came',
    () =>
      opened((subject) => {
        failing(subject, busy)
        subject.now += 41_000
      }),
    { situation: 'waiting_for_lease', until: T0 + 50_000, says: /since 2026-11-21T00:00:40.000Z/ },
  ],
  [
    'its provider will never take it',
    () => opened((subject) => failing(subject, refused)),
    {
      situation: 'failed',
      until: null,
      says: /Run 1 failed \(step_failed\) .*"billing": "stripe 400 no_such_plan" \(rejected\).* replay/,
    },
  ],
  [
    'nothing helped for a day',
    () =>
      opened((subject) => {
        failing(subject, down)
        subject.now = T0 + DAY_MS
        subject.tick()
      }),
    { situation: 'failed', until: null, says: /\(deadline_exceeded\)/ },
  ],
  [
    'its failed run was opened again',
    () => {
      const one = opened((subject) => failing(subject, refused))
      one.subject.now = T0 + DAY_MS / 2
      one.subject.take((state, context) =>
        decideReopen(state, { specId: one.specId, run: 1 }, context),
      )
      return one
    },
    {
      situation: 'waiting_for_lease',
      until: T0 + DAY_MS / 2 + 10_000,
      says: /fails at 2026-11-22T12:00/,
    },
  ],
  [
    'the account is built',
    merged,
    { situation: 'unproven', until: T0 + DAY_MS, says: /until 2026-11-22.*code was sent/ },
  ],
  [
    'the account is built, and its mail was refused',
    () =>
      opened((subject) => {
        const { fence } = subject.leased()
        subject.report(fence, { type: 'mail_failed', failure: refused })
        for (const step of ['billing', 'account']) {
          subject.report(fence, { type: 'step_done', step, ref: 'ref' })
        }
      }),
    { situation: 'unproven', until: T0 + DAY_MS, says: /could not be sent.*mail provider/ },
  ],
  [
    'nobody proved it in time',
    over,
    { situation: 'waiting_for_archive', until: T0 + DAY_MS, says: /due for the archive/ },
  ],
  [
    'the archive does not take it',
    () => {
      const one = over()
      const chore = { type: 'chore_failed', chore: 'archive', failure: down } as const
      leasedWith(one.subject, chore)
      return one
    },
    {
      situation: 'waiting_for_archive',
      until: T0 + DAY_MS + 500,
      says: /did not take .* 1 times.*R2 bucket/,
    },
  ],
  [
    'in the archive, and not asked back yet',
    archived,
    { situation: 'waiting_for_invitation', until: T0 + DAY_MS, says: /asks the person back/ },
  ],
  [
    'asked back',
    invited,
    { situation: 'invited', until: T0 + 8 * DAY_MS, says: /brings them in until 2026-11-29/ },
  ],
  [
    'asked back long ago',
    () => {
      const one = invited()
      one.subject.now = T0 + 8 * DAY_MS
      return one
    },
    { situation: 'archived', until: T0 + 30 * DAY_MS, says: /too old.* kept until 2026-12-21/ },
  ],
  [
    'in the archive, and wants no mail',
    () => {
      const one = invited()
      one.subject.now = T0 + 9 * DAY_MS
      one.subject.take(decideUnsubscribe)
      one.subject.state = { ...one.subject.state, invitation: null }
      return one
    },
    { situation: 'archived', until: T0 + 30 * DAY_MS, says: /want no such mail/ },
  ],
  [
    'kept for long enough',
    () => {
      const one = invited()
      one.subject.now = T0 + 30 * DAY_MS
      return one
    },
    { situation: 'waiting_for_erasure', until: T0 + 30 * DAY_MS, says: /due to be erased/ },
  ],
  [
    'a provider does not let go',
    () => {
      const one = invited()
      one.subject.now = T0 + 30 * DAY_MS
      const chore = { type: 'chore_failed', chore: 'erasure', failure: down } as const
      leasedWith(one.subject, chore)
      return one
    },
    {
      situation: 'waiting_for_erasure',
      until: T0 + 30 * DAY_MS + 500,
      says: /did not let go 1 times/,
    },
  ],
  ['proved by the link', resumed, { situation: 'proven', until: null, says: /2026-11-22.*member/ }],
  [
    'proved by its code, and built',
    () => {
      const one = opened()
      expect(code(one.subject, one.specId).ok).toBe(true)
      one.subject.hydrate()
      return one
    },
    { situation: 'proven', until: null, says: /the person is a member/ },
  ],
  [
    'proved by its code, and not built',
    () => {
      const one = opened()
      code(one.subject, one.specId)
      failing(one.subject, refused)
      return one
    },
    { situation: 'failed', until: null, says: /Run 2 failed/ },
  ],
  [
    'failed, and the person came in by another session',
    () => {
      const one = opened((subject) => failing(subject, refused))
      const other = one.subject.opened({ client: 'client-b' })
      code(one.subject, other)
      one.subject.hydrate()
      return one
    },
    { situation: 'proven', until: null, says: /Nothing is to be done/ },
  ],
  ['it made room', crowded, { situation: 'evicted', until: null, says: /made room/ }],
  [
    'it made room long ago',
    () => {
      const one = crowded()
      one.subject.opened()
      return one
    },
    { situation: 'forgotten', until: null, says: /forgotten/ },
  ],
  ['erased', erased, { situation: 'erased', until: null, says: /erased everywhere/ }],
  [
    'never here',
    () => ({ subject: new TestSubject(), specId: 'nobody' }),
    { situation: 'unknown', until: null, says: /never heard/ },
  ],
]

describe('B10: why is this person stuck?', () => {
  test.each(TABLE)('%s', (_name, make, { situation, until, says }) => {
    const { subject, specId } = make()
    const found = explain(subject.state, subject.state.sessions.get(specId), subject.now)
    expect(found).toEqual({ situation, until, sentence: expect.stringMatching(says) as string })
  })

  test('the table has every situation', () => {
    const situations: Readonly<Record<Situation, true>> = {
      waiting_for_lease: true,
      lease_held: true,
      waiting_for_provider: true,
      waiting_for_budget: true,
      failed: true,
      unproven: true,
      waiting_for_archive: true,
      waiting_for_invitation: true,
      invited: true,
      archived: true,
      waiting_for_erasure: true,
      proven: true,
      evicted: true,
      forgotten: true,
      erased: true,
      unknown: true,
    }
    const shown = new Set(TABLE.map(([, , { situation }]) => situation))
    expect(shown).toEqual(new Set(Object.keys(situations)))
  })

  test('every sentence says until when, if anything changes by itself', () => {
    const silent = TABLE.filter(([, make]) => {
      const { subject, specId } = make()
      const { state, now } = subject
      const { sentence, until } = explain(state, state.sessions.get(specId), now)
      return until !== null && !sentence.includes(iso(until))
    })
    expect(silent).toEqual([])
  })
})

describe('B10: what an operator sees of a timeline', () => {
  const CANARY = 'canary'

  /** A life in which whatever a person or a client can say is the canary. */
  function talkative(): Case {
    const subject = new TestSubject()
    const said = {
      identity: `${CANARY}@example.com`,
      client: `client-${CANARY}`,
      referrer: `https://example.com/${CANARY}`,
      idempotencyKey: `a-long-key-${CANARY}`,
    }
    const specId = subject.opened(said)
    subject.take((state, context) =>
      decideSaveDraft(state, { specId, authEpoch: 0 }, { name: CANARY }, context),
    )
    const { fence } = subject.leased()
    const spent: StepFailure = { kind: 'unknown_outcome', detail: 'test', callSpent: true }
    subject.report(
      fence,
      { type: 'mail_sent' },
      { type: 'step_failed', step: 'billing', failure: spent },
    )
    subject.now += MINUTE_MS
    leasedWith(
      subject,
      { type: 'step_done', step: 'billing', ref: CANARY },
      { type: 'step_done', step: 'account', ref: CANARY },
    )
    return { subject, specId }
  }

  test('neither the address nor a client, a draft, a call or a thing of a step', () => {
    const { subject, specId } = talkative()
    expect(JSON.stringify(subject.timeline).split(CANARY).length).toBeGreaterThan(8)
    const report = reportOf(subject.state, subject.timeline, specId, subject.now)
    expect(report.timeline.map(({ type }) => type)).toEqual(
      subject.timeline.map(({ type }) => type),
    )
    expect(JSON.stringify(report)).not.toContain(CANARY)
  })

  test('a field that an entry gains stays hidden', () => {
    const { subject, specId } = talkative()
    const grown = subject.timeline.map((entry) => ({ ...entry, gained: CANARY }))
    expect(JSON.stringify(operatorTimeline(grown, specId))).not.toContain(CANARY)
  })

  test('it has what happened to this session and to the person, not to the other sessions', () => {
    const subject = new TestSubject()
    const [first, second] = [subject.opened(), subject.opened({ client: 'client-b' })]
    subject.hydrate()
    const third = subject.opened({ client: 'client-c' })
    failing(subject, refused)
    const shown = operatorTimeline(subject.timeline, second)
    expect(JSON.stringify(shown)).not.toMatch(new RegExp(`"(${first}|${third})"`))
    expect(shown.map(({ type }) => type)).toEqual([
      'session_opened',
      'lease_granted',
      'mail_sent',
      'step_done',
      'step_done',
    ])
    expect(operatorTimeline(subject.timeline, third).map(({ type }) => type)).toEqual([
      'session_opened',
      'lease_granted',
      'pass_failed',
    ])
  })

  test('it is bounded, and the newest entries are in it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 * ENTRIES_SHOWN_MAX }), (more) => {
        const { subject, specId } = opened()
        const sent = Array.from({ length: more }, (_, position) => ({
          type: 'mail_sent' as const,
          at: T0 + position,
          mail: 'mail',
        }))
        const shown = operatorTimeline([...subject.timeline, ...sent], specId)
        expect(shown.length).toBe(Math.min(more + 1, ENTRIES_SHOWN_MAX))
        expect(shown.at(-1)?.at).toBe(more === 0 ? T0 : T0 + more - 1)
      }),
      { numRuns: 30 },
    )
  })

  test('B2: the trace of the request is named', () => {
    const { subject, specId } = opened()
    const { traceId } = reportOf(subject.state, subject.timeline, specId, T0)
    expect(traceId).toBe('0af7651916cd43dd8448eb211c80319c')
  })
})
