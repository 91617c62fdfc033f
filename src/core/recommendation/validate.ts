import type { UiComponent } from '../../contract/recommendation.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { shortHash } from '../short-hash.ts'
import type { Action } from './catalogue.ts'
import { type TextFault, plainText } from './plain-text.ts'

/** What somebody, or something, would like a person to see. Nothing in it is believed. */
export interface Proposal {
  readonly actionId: string
  readonly component: string
  readonly text: string
  readonly confidence: number
}

export type ProposalFault = 'unknown_action' | 'unknown_component' | 'confidence' | TextFault

/** Passed: the only thing that a person is ever shown. Made by `validate` alone. */
export interface Validated {
  readonly action: Action
  readonly component: Exclude<UiComponent, 'none'>
  readonly text: string
  readonly confidence: number
  readonly promptVersion: string
  /** First 12 hex digits of the SHA-256 over all of it. */
  readonly hash: string
}

const COMPONENTS: readonly Validated['component'][] = [
  'tooltip',
  'modal',
  'sidebar_hint',
  'email_trigger',
]

/**
 * Whether a proposal may reach a person: one of the actions that the server built for them, shown in a
 * way that exists, in plain words. Where it leads is the catalogue's, never the proposal's.
 */
export function validate(
  proposal: Proposal,
  candidates: readonly Action[],
  promptVersion: string,
): Result<Validated, ProposalFault> {
  const action = candidates.find(({ id }) => id === proposal.actionId)
  if (action === undefined) return fail('unknown_action')
  const component = COMPONENTS.find((one) => one === proposal.component)
  if (component === undefined) return fail('unknown_component')
  const { confidence } = proposal
  if (!(confidence >= 0 && confidence <= 1)) return fail('confidence')
  const text = plainText(proposal.text)
  if (!text.ok) return text
  const shown = { action, component, text: text.value, confidence, promptVersion }
  const hash = shortHash([action.id, action.path, component, text.value, confidence, promptVersion])
  return ok({ ...shown, hash })
}
