/** How much something that appears by itself takes from a person: the focus, or a corner of their eye. */
export type Intrusion = 'takes_focus' | 'beside'

/** What the person is doing, as far as a page can tell. */
export interface Attention {
  /** The page is the one that they look at. */
  readonly visible: boolean
  /** Something of ours or the product's stands in the way of the page. */
  readonly dialogOpen: boolean
  /** The focus is in a field that takes text. */
  readonly inField: boolean
  /** Between the keys that make one character. */
  readonly composing: boolean
  /** Since the last key, press or input. */
  readonly quietMs: number
}

/** A click is not met by what jumps under it, and pages that change at once have settled. */
const SETTLED_MS = 400
/** Nobody is in the middle of a movement. */
const BETWEEN_DEEDS_MS = 1_500
/** Longer than people pause between words; who reads over what they wrote begins again before. */
const BETWEEN_SENTENCES_MS = 8_000

/**
 * Whether this is the moment to appear. Nothing does on a page that nobody sees or over an open dialog;
 * and nothing takes the focus from somebody who is typing.
 */
export function isTheMoment(intrusion: Intrusion, attention: Attention): boolean {
  if (!attention.visible || attention.dialogOpen) return false
  if (intrusion === 'beside') return attention.quietMs >= SETTLED_MS
  if (attention.composing) return false
  return attention.quietMs >= (attention.inField ? BETWEEN_SENTENCES_MS : BETWEEN_DEEDS_MS)
}
