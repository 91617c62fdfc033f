import type { RunStatus, SessionView } from '../src/contract/onboarding.ts'

const HEADLINES: Readonly<Record<RunStatus, string>> = {
  pending: 'You are in. Your account is queued.',
  hydrating: 'Building your account.',
  merged: 'Your account is real.',
  failed: 'Your account could not be built.',
}

const STEP_TITLES: Readonly<Record<string, string>> = {
  identity: 'Identity',
  billing: 'Billing customer',
  account: 'Account',
}

const STEP_STATES = { pending: 'waiting', done: 'done', failed: 'failed' } as const

export function showProblem(message: string): void {
  element('problem').textContent = message
}

export function showSession(specId: string, tokenAfterMs: number): void {
  element('sign-up').hidden = true
  element('progress').hidden = false
  element('session').textContent = specId.slice(0, 8)
  element('token-after').textContent = inMilliseconds(tokenAfterMs)
}

export function showView(view: SessionView, afterMs: number): void {
  const over = view.status === 'merged' || view.status === 'failed'
  element('dot').className = `dot ${view.status}`
  element('headline').textContent = HEADLINES[view.status]
  element('steps').replaceChildren(...view.steps.map(stepItem))
  element('note').textContent = over ? closingNote(view) : ''
  element('again').hidden = !over
  if (view.status === 'merged') element('account-after').textContent = inMilliseconds(afterMs)
}

export function showProved(email: string): void {
  element('headline').textContent = 'You are in.'
  element('note').textContent = `${email} is proved to be yours.`
  element('prove').hidden = true
  element('again').hidden = false
}

export function showProveProblem(message: string): void {
  element('prove-problem').textContent = message
}

/** The session ended without us: somebody proved the address, or a day passed. */
export function showLost(): void {
  element('note').textContent = 'This sign-up has ended. Please begin again.'
  element('prove').hidden = true
  element('again').hidden = false
}

export function startOver(): void {
  element('sign-up').hidden = false
  element('progress').hidden = true
  element('prove').hidden = false
  showProveProblem('')
  element('account-after').textContent = '…'
  element('steps').replaceChildren()
  document.querySelector<HTMLInputElement>('input[name=email]')?.focus()
}

function stepItem({ name, status }: SessionView['steps'][number]): HTMLLIElement {
  const item = document.createElement('li')
  const title = document.createElement('span')
  const state = document.createElement('span')
  title.textContent = STEP_TITLES[name] ?? name
  state.textContent = STEP_STATES[status]
  state.className = status
  item.append(title, state)
  return item
}

const closingNote = (view: SessionView): string =>
  view.error?.message ?? 'A code is on its way to your inbox: it proves that the address is yours.'

const inMilliseconds = (ms: number): string => `${Math.round(ms)} ms`

function element(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}
