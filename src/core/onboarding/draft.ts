import { type Result, fail, ok } from '../../contract/result.ts'
import type { Draft, DraftRefusal, DraftText, SessionClaim } from '../../contract/subject-rpc.ts'
import { accessSession } from './access.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { DRAFT_CHANGES_MAX, DRAFT_MAX_CHARS } from './limits.ts'
import type { SubjectState } from './state.ts'

/**
 * Keeps answers with the session that gave them. They become the account's when this session proves
 * the address, and nobody's otherwise.
 */
export function decideSaveDraft(
  state: SubjectState,
  claim: SessionClaim,
  change: Draft,
  { now }: DecisionContext,
): Decision<Result<DraftText, DraftRefusal>> {
  const access = accessSession(state, claim, now)
  if (!access.ok) return { entries: [], reply: access }
  const session = access.value
  const draft = Object.fromEntries(
    Object.entries({ ...session.draft, ...change }).filter(([, value]) => value !== null),
  )
  const text = JSON.stringify(draft)
  if (text.length > DRAFT_MAX_CHARS) return { entries: [], reply: fail('too_large') }
  // A form that saves again what is there leaves no trace.
  if (text === JSON.stringify(session.draft)) return { entries: [], reply: ok(text) }
  if (session.draftChanges >= DRAFT_CHANGES_MAX) {
    return { entries: [], reply: fail('too_many_changes') }
  }
  return {
    entries: [{ type: 'draft_saved', at: now, specId: session.specId, draft }],
    reply: ok(text),
  }
}
