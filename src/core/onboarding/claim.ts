import { type Result, fail, ok } from '../../contract/result.ts'
import type {
  AccessRefusal,
  ClaimByCode,
  ClaimRefusal,
  MemberGrant,
  SessionClaim,
} from '../../contract/subject-rpc.ts'
import { stepsFor } from '../hydration/step.ts'
import { isSameText } from '../same-text.ts'
import { accessSession } from './access.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { grantOf, proven } from './grant.ts'
import {
  CODE_TRIES_PER_CODE_MAX,
  CODE_TRIES_PER_SESSION_MAX,
  IDEMPOTENCY_WINDOW_MS,
  RUN_DEADLINE_MS,
} from './limits.ts'
import { wantsMail } from './open.ts'
import type { SubjectState } from './state.ts'

type ClaimDecision = Decision<Result<MemberGrant, ClaimRefusal>>

/** The mails whose code might be asked for now: those that count, and the one that proved it last. */
export const codeMails = (state: SubjectState, now: number): readonly string[] => [
  ...[...state.challenges.values()]
    .filter(({ codeUntil, tries }) => now < codeUntil && tries < CODE_TRIES_PER_CODE_MAX)
    .map(({ id }) => id),
  ...(state.proof === null || state.proof.specId === null ? [] : [state.proof.mail]),
]

/**
 * A code is typed: a proof, if it is the one in a mail that counts. It may come before the account is
 * built. The run that follows writes down whose plan and draft they are now.
 *
 * @param codes the code of each mail in `codeMails`
 */
export function decideClaim(
  state: SubjectState,
  command: ClaimByCode,
  codes: ReadonlyMap<string, string>,
  context: DecisionContext,
): ClaimDecision {
  const { now } = context
  const repeated = repeatedGrant(state, command, codes, now)
  if (repeated) return { entries: [], reply: ok(repeated) }
  const access = accessSession(state, command, now)
  if (!access.ok) return { entries: [], reply: access }
  if (access.value.codeTries >= CODE_TRIES_PER_SESSION_MAX) {
    return { entries: [], reply: fail('too_many_tries') }
  }
  const mail = codeMails(state, now).find(
    (id) => state.challenges.has(id) && isSameText(codes.get(id) ?? '', command.code),
  )
  const { account } = state
  if (mail === undefined || account === null) {
    return {
      entries: [{ type: 'code_refused', at: now, specId: command.specId }],
      reply: fail('code_invalid'),
    }
  }
  const { specId } = command
  const entry = proven(state, { by: 'code', mail, specId }, context)
  return {
    entries: [
      entry,
      {
        type: 'run_reopened',
        at: now,
        specId,
        run: state.lastRun + 1,
        steps: stepsFor(context.steps, account).map(({ name }) => name),
        deadlineAt: now + RUN_DEADLINE_MS,
      },
    ],
    reply: ok(grantOf(account.userId, { id: entry.member, generation: 0 }, entry.authEpoch)),
  }
}

/** The same session and code again, within ten minutes: the reply was lost. */
function repeatedGrant(
  { account, proof, members, authEpoch }: SubjectState,
  { specId, code }: ClaimByCode,
  codes: ReadonlyMap<string, string>,
  now: number,
): MemberGrant | null {
  if (account === null || proof?.specId !== specId) return null
  if (now >= proof.at + IDEMPOTENCY_WINDOW_MS) return null
  const member = members.get(proof.member)
  if (member === undefined || !isSameText(codes.get(proof.mail) ?? '', code)) return null
  return grantOf(account.userId, member, authEpoch)
}

/** Another mail, within the same bounds as those that sign-ups lead to; the answer tells nothing of them. */
export function decideRequestCode(
  state: SubjectState,
  claim: SessionClaim,
  { now, newId }: DecisionContext,
): Decision<Result<null, AccessRefusal>> {
  const access = accessSession(state, claim, now)
  if (!access.ok) return { entries: [], reply: access }
  return {
    entries: wantsMail(state, now) ? [{ type: 'code_requested', at: now, mail: newId() }] : [],
    reply: ok(null),
  }
}
