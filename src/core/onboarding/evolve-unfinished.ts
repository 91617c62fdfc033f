import { NO_TRIES, countFailure } from '../hydration/retry.ts'
import type { ChoreFailed, InvitationRequested } from './entries.ts'
import { challengedBy, withoutChore } from './fold.ts'
import { INVITATION_LIFETIME_MS } from './limits.ts'
import type { Retry, SubjectState } from './state.ts'

// The part of `evolve` about people who did not finish, and how they come back or go.

export function archiveSessions(
  state: SubjectState,
  specIds: readonly string[],
  at: number,
): SubjectState {
  const sessions = new Map(state.sessions)
  for (const specId of specIds) {
    const session = sessions.get(specId)
    if (session) sessions.set(specId, { ...session, archivedAt: at })
  }
  return withoutChore({ ...state, sessions, archive: { dueAt: at, tries: NO_TRIES } }, 'archive')
}

export const requestInvitation = (
  state: SubjectState,
  { at, invitation: id, once }: InvitationRequested,
): SubjectState => ({
  ...challengedBy(state, { id, codeUntil: 0, linkUntil: at + INVITATION_LIFETIME_MS, tries: 0 }),
  invitation: {
    id,
    status: 'due',
    requestedAt: at,
    sentAt: null,
    once,
    handedOut: false,
    dueAt: at,
    tries: NO_TRIES,
  },
})

export function sendInvitation(state: SubjectState, at: number): SubjectState {
  const { invitation } = state
  if (invitation === null) return state
  return withoutChore(
    { ...state, invitation: { ...invitation, status: 'sent', sentAt: at } },
    'invitation',
  )
}

export function failChore(state: SubjectState, entry: ChoreFailed): SubjectState {
  const after = withoutChore(state, entry.chore)
  switch (entry.chore) {
    case 'archive':
      return { ...after, archive: retried(state.archive, entry) }
    case 'erasure': {
      // Somebody had come back, and all that was ever asked for was answered: nothing is under way.
      const settled = entry.kind === 'conflict' && state.erasure.tries.failures === 0
      const removalsUntil = settled ? 0 : state.removalsUntil
      return { ...after, removalsUntil, erasure: retried(state.erasure, entry) }
    }
    case 'ordered_erasure':
      return state.condemned === null
        ? after
        : { ...after, condemned: { ...state.condemned, ...retried(state.condemned, entry) } }
    case 'invitation':
      return state.invitation === null
        ? after
        : {
            ...after,
            invitation: {
              ...state.invitation,
              ...retried(state.invitation, entry),
              status: entry.retryAt === null ? 'given_up' : 'due',
              handedOut: false,
            },
          }
  }
}

const retried = ({ dueAt, tries }: Retry, entry: ChoreFailed): Retry => ({
  dueAt: entry.retryAt ?? dueAt,
  tries: countFailure(tries, entry),
})
