import type { Attention } from './moment.ts'

/** Of this page's own dialogs and those of the product, whoever made them. */
const DIALOGS =
  'dialog:modal, [aria-modal="true"], [role="alertdialog"], [role="dialog"]:is([data-open], [data-state="open"])'

const NOT_TEXT = new Set([
  'button',
  'checkbox',
  'color',
  'file',
  'image',
  'radio',
  'range',
  'reset',
  'submit',
])

const DEEDS = ['keydown', 'input', 'pointerdown', 'pointerup', 'compositionstart'] as const

export interface AttentionWatch {
  readonly now: () => Attention
  readonly stop: () => void
}

/** Watches what the person does from now on; nothing of it is kept, and no key is looked at. */
export function watchAttention(page: Document, clock: () => number): AttentionWatch {
  const listening = new AbortController()
  const options = { capture: true, passive: true, signal: listening.signal }
  let lastDeedAt = clock()
  let composing = false
  for (const deed of DEEDS) page.addEventListener(deed, () => (lastDeedAt = clock()), options)
  page.addEventListener('compositionstart', () => (composing = true), options)
  page.addEventListener('compositionend', () => (composing = false), options)
  return {
    now: () => ({
      visible: page.visibilityState === 'visible',
      dialogOpen: page.querySelector(DIALOGS) !== null,
      inField: takesText(page.activeElement),
      composing,
      quietMs: clock() - lastDeedAt,
    }),
    stop: () => listening.abort(),
  }
}

function takesText(element: Element | null): boolean {
  if (element instanceof HTMLInputElement) return !NOT_TEXT.has(element.type)
  return (
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement ||
    (element instanceof HTMLElement && element.isContentEditable)
  )
}
