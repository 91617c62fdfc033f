import type { AccountFacts } from '../../contract/hydration.ts'
import type { CodeRefused, DraftSaved, MemberRefreshed, Proven } from './entries.ts'
import { MEMBERS_MAX } from './limits.ts'
import type { Session, SubjectState } from './state.ts'

// The part of `evolve` about people who show that the address is theirs, and stay.

export function prove(state: SubjectState, entry: Proven): SubjectState {
  const { at, authEpoch, member: id } = entry
  const mail = entry.mail ?? entry.invitation ?? ''
  const member = { id, generation: 0, rotatedAt: at, expiresAt: entry.memberExpiresAt }
  const newest = [...state.members.values()].slice(-(MEMBERS_MAX - 1))
  return {
    ...state,
    account: provenAccount(state, entry),
    spentNonces: spentNonces(state, entry),
    authEpoch,
    // What was mailed to somebody unproven opens nothing from now on.
    challenges: new Map(),
    proof: { at, mail, specId: entry.specId ?? null, member: id },
    members: new Map([...newest, member].map((one) => [one.id, one])),
  }
}

const spentNonces = (state: SubjectState, { at, nonce, nonceUntil }: Proven) => [
  ...state.spentNonces.filter(({ until }) => at < until),
  ...(nonce === undefined || nonceUntil === undefined ? [] : [{ nonce, until: nonceUntil }]),
]

/** The plan and the draft of the session that proved it; nobody else's. */
function provenAccount(state: SubjectState, { at, specId, account: first }: Proven) {
  const account: AccountFacts | null = state.account ?? first ?? null
  if (account === null) return null
  const session = state.sessions.get(specId ?? '')
  const { planId, profile = {} } = account
  return {
    ...account,
    planId: session?.planId ?? planId,
    profile: { ...profile, ...session?.draft },
    provenAt: account.provenAt ?? at,
  }
}

/** Counted for the session that tried, and for every code that it might have hit. */
export function refuseCode(state: SubjectState, { at, specId }: CodeRefused): SubjectState {
  const challenges = [...state.challenges.values()].map((challenge) =>
    at < challenge.codeUntil ? { ...challenge, tries: challenge.tries + 1 } : challenge,
  )
  return {
    ...changeSession(state, specId, (session) => ({
      ...session,
      codeTries: session.codeTries + 1,
    })),
    challenges: new Map(challenges.map((challenge) => [challenge.id, challenge])),
  }
}

export const saveDraft = (state: SubjectState, { specId, draft }: DraftSaved): SubjectState =>
  changeSession(state, specId, (session) => ({
    ...session,
    draft,
    draftChanges: session.draftChanges + 1,
  }))

function changeSession(
  state: SubjectState,
  specId: string,
  change: (session: Session) => Session,
): SubjectState {
  const session = state.sessions.get(specId)
  if (session === undefined) return state
  return { ...state, sessions: new Map(state.sessions).set(specId, change(session)) }
}

export function refreshMember(
  state: SubjectState,
  { at, member: id, generation, expiresAt }: MemberRefreshed,
): SubjectState {
  const member = { id, generation, rotatedAt: at, expiresAt }
  return { ...state, members: new Map(state.members).set(id, member) }
}

export function endMember(state: SubjectState, id: string): SubjectState {
  const members = new Map(state.members)
  members.delete(id)
  return { ...state, members }
}
