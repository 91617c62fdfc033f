import type { Explanation, Situation } from '../../contract/explanation.ts'
import { nextWakeAt } from './due.ts'
import { INVITATION_LIFETIME_MS } from './limits.ts'
import { type Session, type SubjectState, currentView, isOpen } from './state.ts'
import { erasableAt } from './unfinished.ts'

/**
 * Why a person is stuck, or why not, in a sentence for operators.
 *
 * | the session                                  | situation                                  |
 * |----------------------------------------------|--------------------------------------------|
 * | is not here, and neither is an account       | `erased`, or `unknown` if there never was  |
 * | is not here                                  | `forgotten`                                |
 * | made room for another                        | `evicted`                                  |
 * | its run is open and under a lease            | `lease_held`                               |
 * | its run is open and due, or behind a lease   | `waiting_for_lease`                        |
 * | its run is open, its retry is not due        | `waiting_for_provider`, `waiting_for_budget` |
 * | its run failed, and that still matters       | `failed`                                   |
 * | was ended by a proof                         | `proven`                                   |
 * | merged, and still open to a proof            | `unproven`                                 |
 * | over, not in the archive                     | `waiting_for_archive`                      |
 * | in the archive                               | `waiting_for_erasure`, `waiting_for_invitation`, `invited`, `archived` |
 *
 * @param session as `state` has it; `undefined`: it has none of that id
 * @param now epoch milliseconds
 */
export function explain(
  state: SubjectState,
  session: Session | undefined,
  now: number,
): Explanation {
  if (session === undefined) return explainAbsent(state)
  if (session.ended) {
    return said(
      'evicted',
      null,
      'More sessions were begun for this person than are kept, and this one made room. Nothing is to be done: whoever is real signs up again.',
    )
  }
  if (isOpen(session)) return explainOpenRun(state, session, now)
  const isProven = session.authEpoch < state.authEpoch
  if (currentView(session).status === 'failed' && !(isProven && isElsewhere(state, session))) {
    return explainFailed(session)
  }
  if (isProven) {
    return said(
      'proven',
      null,
      `The address was proved at ${at(state.proof?.at ?? now)}, which ended this session; the person is a member. Nothing is to be done.`,
    )
  }
  return explainUnfinished(state, session, now)
}

function explainAbsent(state: SubjectState): Explanation {
  if (state.account !== null) {
    return said(
      'forgotten',
      null,
      'The session made room for others and was forgotten; the person has newer ones. Nothing is to be done.',
    )
  }
  return state.lastRun > 0 ? ERASED : UNKNOWN
}

/** Also for the index, when it leads to nobody any more. */
export const ERASED: Explanation = {
  situation: 'erased',
  until: null,
  sentence:
    'The account was erased everywhere, and nothing leads to the person any more. Nothing is to be done: whoever signs up again is new.',
}

const UNKNOWN: Explanation = {
  situation: 'unknown',
  until: null,
  sentence:
    'The object has never heard of this person. If others are missing, too, compare the pepper of this deployment with the one before.',
}

function explainOpenRun(state: SubjectState, session: Session, now: number): Explanation {
  const end = `The run fails at ${at(session.deadlineAt)} if nothing helps.`
  const { failure, tries, dueAt, run } = session
  const { lease } = state
  if (lease !== null && now < lease.until) {
    return lease.runs.includes(run)
      ? said(
          'lease_held',
          lease.until,
          `A consumer works on the run and holds the lease until ${at(lease.until)}; if it died, another one takes over then. Nothing is to be done. ${end}`,
        )
      : said(
          'waiting_for_lease',
          lease.until,
          `The run waits for another pass for the same person, which holds the lease until ${at(lease.until)} at the latest. Nothing is to be done. ${end}`,
        )
  }
  if (dueAt > now && failure !== null) {
    const passes = `${tries.failures} ${tries.failures === 1 ? 'pass' : 'passes'}`
    return failure.kind === 'rate_limited'
      ? said(
          'waiting_for_budget',
          dueAt,
          `The step "${failure.step}" waits for calls its provider allows (${failure.detail}), for ${passes} now, and is tried again at ${at(dueAt)}. It costs no attempt; a higher limit at the provider helps everybody. ${end}`,
        )
      : said(
          'waiting_for_provider',
          dueAt,
          `The step "${failure.step}" waits for its provider since ${passes} failed, the last with "${failure.detail}" (${failure.kind}), and is tried again at ${at(dueAt)}. Look whether the provider is up and takes our credentials. ${end}`,
        )
  }
  const next = nextWakeAt(state, now) ?? session.deadlineAt
  return said(
    'waiting_for_lease',
    next,
    `The run waits for a consumer to take its lease since ${at(dueAt)}; the wake-up is repeated at ${at(next)}. If many wait, look at the queue "hydration" and its consumer's errors. ${end}`,
  )
}

function explainFailed(session: Session): Explanation {
  const { step = '', kind = '', detail = '' } = session.failure ?? {}
  const code = currentView(session).error?.code ?? 'step_failed'
  return said(
    'failed',
    null,
    `Run ${session.run} failed (${code}) at the step "${step}": "${detail}" (${kind}). Mend the cause, then replay it from the dead letters; until somebody does, or the person signs up again, it stays so.`,
  )
}

/** The account was built by another session, and it was not this one that proved the address. */
const isElsewhere = ({ sessions, proof }: SubjectState, { specId }: Session): boolean =>
  proof?.specId !== specId &&
  [...sessions.values()].some((session) => currentView(session).status === 'merged')

function explainUnfinished(state: SubjectState, session: Session, now: number): Explanation {
  const { archive } = state
  if (now < session.expiresAt) {
    return said(
      'unproven',
      session.expiresAt,
      `The account is built; the person has not shown yet that the address is theirs, and can until ${at(session.expiresAt)}. ${mailSentence(state)}`,
    )
  }
  if (session.archivedAt === null) {
    const next = Math.max(session.expiresAt, archive.dueAt)
    const { failures } = archive.tries
    return said(
      'waiting_for_archive',
      next,
      failures === 0
        ? `Nobody proved the address in time, and the session is due for the archive since ${at(next)}. Nothing is to be done.`
        : `Nobody proved the address in time; the archive did not take the session ${failures} times and is tried again at ${at(next)}. Look at the R2 bucket; nothing is deleted before.`,
    )
  }
  return explainArchived(state, now)
}

function explainArchived(state: SubjectState, now: number): Explanation {
  const { invitation, retainUntil, erasure } = state
  const erasable = erasableAt(state)
  if (erasable !== null && erasable <= now) {
    return said(
      'waiting_for_erasure',
      erasable,
      `Nobody proved the address for as long as accounts are kept, and this one is due to be erased since ${at(erasable)}. Nothing is to be done.`,
    )
  }
  if (erasure.tries.failures > 0 && now >= retainUntil) {
    return said(
      'waiting_for_erasure',
      erasure.dueAt,
      `The account is to be erased; a provider did not let go ${erasure.tries.failures} times and is asked again at ${at(erasure.dueAt)}. Look whether it is up.`,
    )
  }
  if (invitation?.status === 'due') {
    return said(
      'waiting_for_invitation',
      invitation.dueAt,
      `The session is in the archive, and the mail that asks the person back is due at ${at(invitation.dueAt)}, after ${invitation.tries.failures} failures. If they grow, look at the mail provider.`,
    )
  }
  const linkUntil = (invitation?.requestedAt ?? 0) + INVITATION_LIFETIME_MS
  if (invitation?.status === 'sent' && now < linkUntil) {
    return said(
      'invited',
      linkUntil,
      `The person did not finish and was asked back at ${at(invitation.sentAt ?? invitation.requestedAt)}; the link brings them in until ${at(linkUntil)}. Nothing is to be done.`,
    )
  }
  return said(
    'archived',
    retainUntil,
    `The person did not finish; the session is in the archive, ${whyNotInvited(state)}, and the account is kept until ${at(retainUntil)}. A new sign-up finds it. Nothing is to be done.`,
  )
}

function whyNotInvited({ invitation, unsubscribed }: SubjectState): string {
  if (invitation?.status === 'given_up') return 'the mail that asks them back could not be sent'
  if (invitation?.status === 'sent') return 'the link that asked them back is too old'
  return unsubscribed ? 'they want no such mail' : 'no mail asked them back'
}

function mailSentence({ mail }: SubjectState): string {
  switch (mail?.status) {
    case 'due':
      return `The mail with the code is due at ${at(mail.dueAt)}, after ${mail.tries.failures} failures; if they grow, look at the mail provider.`
    case 'failed':
      return 'The mail with the code could not be sent: look at the mail provider, then let them ask for another code.'
    case 'sent':
      return 'The mail with the code was sent; if it does not arrive, look at the mail provider for bounces.'
    case undefined:
      return 'They can ask for a code.'
  }
}

const said = (situation: Situation, until: number | null, sentence: string): Explanation => ({
  situation,
  sentence,
  until,
})

const at = (moment: number): string => new Date(moment).toISOString()
