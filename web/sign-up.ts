import type { ErrorBody } from '../src/contract/errors.ts'
import type { SignUpResponse } from '../src/contract/onboarding.ts'
import { showLost, showProblem, showProved, showSession, showView, startOver } from './page.ts'
import { handleProof } from './prove.ts'
import { watchSession } from './watch.ts'

const form = document.querySelector<HTMLFormElement>('#sign-up')
const proveForm = document.querySelector<HTMLFormElement>('#prove')
if (form === null || proveForm === null) throw new Error('the page lacks a form')

// One intention, one key: whatever happens to the reply, a retry is the same session.
let idempotencyKey = crypto.randomUUID()

form.addEventListener('input', () => {
  idempotencyKey = crypto.randomUUID()
})

let current: SignUpResponse | undefined
let proved = false

handleProof(
  proveForm,
  () => current,
  (email) => {
    proved = true
    showProved(email)
  },
)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void signUp(form)
})

document.querySelector('#again')?.addEventListener('click', () => {
  idempotencyKey = crypto.randomUUID()
  startOver()
})

async function signUp(from: HTMLFormElement): Promise<void> {
  const button = from.querySelector('button')
  button?.toggleAttribute('disabled', true)
  showProblem('')
  try {
    const startedAt = performance.now()
    const session = await requestSession(new FormData(from))
    current = session
    proved = false
    showSession(session.specId, performance.now() - startedAt)
    // A proof ends this session as it ends all others: what comes after it says nothing.
    watchSession(
      session,
      (view) => proved || showView(view, performance.now() - startedAt),
      () => proved || showLost(),
    )
  } catch (error) {
    showProblem(error instanceof Error ? error.message : 'Something went wrong. Please try again.')
  } finally {
    button?.toggleAttribute('disabled', false)
  }
}

async function requestSession(fields: FormData): Promise<SignUpResponse> {
  const response = await fetch('/api/onboarding/speculative', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey },
    body: JSON.stringify({ email: fields.get('email'), plan_id: fields.get('plan') }),
  }).catch(() => {
    throw new Error('No connection. Nothing is lost: press the button again when you are back.')
  })
  if (response.ok) return (await response.json()) as SignUpResponse
  const body = (await response.json().catch(() => null)) as ErrorBody | null
  if (body === null) throw new Error('Something went wrong on our side. Please try again.')
  const { error } = body
  const details = (error.details ?? []).map(({ path, message }) => `${path} ${message}`)
  throw new Error(details.length > 0 ? `${details.join('; ')}.` : error.message)
}
