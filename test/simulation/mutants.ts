import { PRODUCTION, type Decisions } from './decisions.ts'
import type { Decision, DecisionContext } from '../../src/core/onboarding/decision.ts'
import type { Entry } from '../../src/core/onboarding/entries.ts'
import { evolve } from '../../src/core/onboarding/evolve.ts'
import { type SubjectState, currentView } from '../../src/core/onboarding/state.ts'
import { ok } from '../../src/contract/result.ts'

/** For keys that are never the same; nothing that happens in the world depends on the number. */
let minted = 0
const newKey = (): string => `key ${(minted += 1)}`

const change = <Reply>(
  decision: Decision<Reply>,
  edit: (entry: Entry) => readonly Entry[],
): Decision<Reply> => ({ ...decision, entries: decision.entries.flatMap(edit) })

/** Production with one decision broken. Each must be caught by an invariant. */
export const MUTANTS: Readonly<Record<string, Partial<Decisions>>> = {
  'a lease is given while another is held': {
    decideLease: (state, context) => PRODUCTION.decideLease({ ...state, lease: null }, context),
  },

  'a report is believed under any fence': {
    decideReport: (state, fence, reports, context) =>
      PRODUCTION.decideReport(state, state.lease?.fence ?? fence, reports, context),
  },

  'billing mints a key for every try': {
    billingStep: (customers) =>
      PRODUCTION.billingStep({
        ...customers,
        create: (body) => customers.create(body, newKey()),
      }),
  },

  'billing does not look before it uses a new key': {
    billingStep: (customers) => {
      const step = PRODUCTION.billingStep(customers)
      const asFirst = ({ work, now }: Parameters<typeof step.ensure>[0]) => ({
        ...work,
        call: work.call && { ...work.call, renewals: 0, mintedAt: now },
      })
      return { ...step, ensure: (input) => step.ensure({ ...input, work: asFirst(input) }) }
    },
  },

  'billing leaves customers behind': {
    billingStep: (customers) => {
      const { remove: _, ...step } = PRODUCTION.billingStep(customers)
      return step
    },
  },

  'identity adopts by address': {
    identityStep: (users, settings) => {
      const step = PRODUCTION.identityStep(users, settings)
      return {
        ...step,
        async ensure(input) {
          const found = await step.ensure(input)
          if (!found.ok || found.value !== 'conflict') return found
          const path = `/users-by-email/${encodeURIComponent(input.account.identity)}`
          const held = await users.send({ method: 'GET', path, understood: [200, 404] })
          if (!held.ok) return held
          const { user_id: id = 'conflict' } = held.value.body as { readonly user_id?: string }
          return ok(id)
        },
      }
    },
  },

  'due work is neither announced nor remembered': {
    wakeAfter: () => null,
    nextWakeAt: (state, now) =>
      PRODUCTION.isWorkDue(state, now) ? null : PRODUCTION.nextWakeAt(state, now),
  },

  'an alarm that never rang is waited for': {
    isArmedFor: (armedAt, wakeAt) => armedAt !== null && armedAt <= wakeAt,
  },

  'a failed run moves again': {
    decideLease: (state, context) => {
      const failed = [...state.sessions.values()].find(
        (session) => currentView(session).status === 'failed',
      )
      const lease = PRODUCTION.decideLease(state, context)
      if (failed === undefined) return lease
      const { specId, run, deadlineAt } = failed
      const again = { type: 'run_reopened', at: context.now, specId, run, deadlineAt } as const
      return { ...lease, entries: [...lease.entries, { ...again, steps: ['account'] }] }
    },
  },

  'no deadline ever passes': {
    takeTurn: <Reply>(
      state: SubjectState,
      context: DecisionContext,
      decide: (state: SubjectState, context: DecisionContext) => Decision<Reply>,
    ) => {
      const decision = decide(state, context)
      return { ...decision, state: decision.entries.reduce(evolve, state) }
    },
  },

  'a turn does not write its last entry': {
    takeTurn: (state, context, decide) => {
      const turn = PRODUCTION.takeTurn(state, context, decide)
      return { ...turn, entries: turn.entries.slice(0, turn.entries.length > 1 ? -1 : 1) }
    },
  },

  'the code is mailed under a new key at each try': { proofMailKey: newKey },

  'the invitation is mailed under a new key at each try': { invitationMailKey: newKey },

  'a sign-up forgets its idempotency key': {
    decideOpen: (state, command, context) => {
      const { idempotencyKey: _, ...forgetful } = command
      return PRODUCTION.decideOpen(state, forgetful, context)
    },
  },

  'what is rejected is tried for ever': {
    decideReport: (state, fence, reports, context) =>
      change(PRODUCTION.decideReport(state, fence, reports, context), (entry) => [
        entry.type === 'pass_failed' ? { ...entry, failed: [] } : entry,
      ]),
  },

  'the row is overwritten under any fence': { mayOverwrite: () => true },

  'sessions are called archived and are not': {
    createArchive: (bucket) => ({
      ...PRODUCTION.createArchive(bucket),
      put: async () => ok(null),
    }),
  },

  'an account is erased before its sessions are archived': {
    decideReport: (state, fence, reports, context) =>
      change(PRODUCTION.decideReport(state, fence, reports, context), (entry) =>
        entry.type === 'sessions_archived'
          ? [erased(state, context.now)]
          : entry.type === 'invitation_requested'
            ? []
            : [entry],
      ),
    createArchive: (bucket) => ({
      ...PRODUCTION.createArchive(bucket),
      put: async () => ok(null),
    }),
  },

  'an account is erased although its person came back': {
    decideReport: (state, fence, reports, context) =>
      change(PRODUCTION.decideReport(state, fence, reports, context), (entry) =>
        entry.type === 'chore_failed' && entry.detail === 'the person came back'
          ? [erased(state, context.now)]
          : [entry],
      ),
  },

  'a person is invited for each archived session': {
    decideReport: (state, fence, reports, context) =>
      PRODUCTION.decideReport(
        reports.some(({ type }) => type === 'archived') ? { ...state, invitation: null } : state,
        fence,
        reports,
        context,
      ),
  },

  'a link lets in as often as it is pressed': {
    decideResume: (state, link, context) => {
      const spent = state.proof?.mail === link.mail
      const endless = { id: link.mail, codeUntil: 0, linkUntil: Number.MAX_VALUE, tries: 0 }
      const forgetful = { ...state, proof: null, challenges: new Map([[link.mail, endless]]) }
      return PRODUCTION.decideResume(spent ? forgetful : state, link, context)
    },
  },

  'an archive that failed is taken for done': {
    createArchive: (bucket) => {
      const archive = PRODUCTION.createArchive(bucket)
      return {
        ...archive,
        put: async (sessions) => {
          await archive.put(sessions)
          return ok(null)
        },
      }
    },
  },

  'an order to erase is taken for carried out when a store does not answer': {
    decideReport: (state, fence, reports, context) =>
      change(PRODUCTION.decideReport(state, fence, reports, context), (entry) =>
        entry.type === 'chore_failed' && entry.chore === 'ordered_erasure'
          ? [{ type: 'erasure_completed', at: entry.at, erasure: state.condemned?.erasure ?? '' }]
          : [entry],
      ),
  },

  'who was ordered to be erased is not looked for again': {
    decideErase: (state, order, context) =>
      change(PRODUCTION.decideErase(state, order, context), (entry) => [
        entry.type === 'erasure_ordered' ? { ...entry, quietAt: 0 } : entry,
      ]),
  },

  'a receipt is written before the object has said its last word': {
    hydrateSubject: (subject, deps) => {
      const { erasures } = deps
      const keep: typeof erasures.keep = (emptied) => erasures.close({ ...emptied, completedAt: 0 })
      return PRODUCTION.hydrateSubject(subject, { ...deps, erasures: { ...erasures, keep } })
    },
  },

  'nobody writes the receipt when the consumer died before it': {
    lookAfterErasure: async (_stalled, subject) => {
      await subject.wake()
    },
  },

  'a run is begun while somebody of before is being erased': {
    decideLease: (state, context) =>
      PRODUCTION.decideLease(
        state.account === null ? state : { ...state, condemned: null },
        context,
      ),
    isWorkDue: (state, now) =>
      PRODUCTION.isWorkDue(state, now) ||
      (state.account !== null && PRODUCTION.isWorkDue({ ...state, condemned: null }, now)),
  },

  'an account step that fails is taken for done': {
    accountStep: (writer) => {
      const step = PRODUCTION.accountStep(writer)
      return {
        ...step,
        ensure: async (input) => {
          const written = await step.ensure(input)
          return written.ok || written.error.kind === 'rejected' ? written : ok('a row')
        },
      }
    },
  },
}

const erased = (
  { lastRun: run, lastFence: fence, authEpoch, unsubscribed }: SubjectState,
  at: number,
): Entry => ({ type: 'erased', at, run, fence, authEpoch, unsubscribed })
