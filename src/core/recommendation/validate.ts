import type { UiComponent } from '../../contract/recommendation.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { shortHash } from '../short-hash.ts'
import type { Action } from './catalogue.ts'

/** A tooltip holds two or three lines; longer is not read. */
const TEXT_MAX_CHARS = 240

/** What somebody, or something, would like a person to see. Nothing in it is believed. */
export interface Proposal {
  readonly actionId: string
  readonly component: string
  readonly text: string
  readonly confidence: number
}

export type ProposalFault =
  | 'unknown_action'
  | 'unknown_component'
  | 'confidence'
  | 'empty'
  | 'too_long'
  | 'markup'
  | 'link'

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

/** Invisible, or changing the direction or the look of what is around it. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
const MARKUP = /[<>`{}[\]|\\]|&#?\w+;|\*\*|__/
/** With a scheme, a mail address, or a name that a browser or a mail program would make a link of. */
const LINK = /:\/\/|\bwww\.|@|\b(?:javascript|data|mailto|tel|vbscript):|[\p{L}\p{N}-]\.\p{L}{2,}/iu

function plainText(raw: string): Result<string, ProposalFault> {
  const text = raw
    .normalize('NFKC')
    .replaceAll(/[\t\n\r]/g, ' ')
    .replaceAll(INVISIBLE, '')
    .replaceAll(/ +/g, ' ')
    .trim()
  if (!/\p{L}/u.test(text)) return fail('empty')
  if (text.length > TEXT_MAX_CHARS) return fail('too_long')
  if (MARKUP.test(text)) return fail('markup')
  if (LINK.test(text)) return fail('link')
  return ok(text)
}
