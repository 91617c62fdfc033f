import type { ErrorBody } from '../src/contract/errors.ts'
import type { SignUpResponse } from '../src/contract/onboarding.ts'
import type { MemberResponse } from '../src/contract/tokens.ts'
import { showProveProblem } from './page.ts'

/**
 * Lets the person type the code from the mail.
 *
 * @param session the one that it proves; the newest
 * @param proved called when it did, with what to say
 */
export function handleProof(
  form: HTMLFormElement,
  session: () => SignUpResponse | undefined,
  proved: (email: string) => void,
): void {
  const submit = async (): Promise<void> => {
    const from = session()
    const code = new FormData(form).get('code')
    if (from === undefined || typeof code !== 'string') return
    showProveProblem('')
    const result = await prove(from, code).catch(() => OFFLINE)
    if ('problem' in result) return showProveProblem(result.problem)
    form.reset()
    proved(result.email)
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit()
  })
}

const OFFLINE = { problem: 'No connection. Please try again.' }

type Proved = { readonly email: string } | { readonly problem: string }

/** The tab may have slept past its token while the person read the mail. */
async function prove(session: SignUpResponse, code: string): Promise<Proved> {
  const renewed = await post('/api/onboarding/token', session.token)
  if (!renewed.ok) return { problem: await problemIn(renewed) }
  const { token } = (await renewed.json()) as SignUpResponse
  const claimed = await post('/api/onboarding/claim', token, { code })
  if (!claimed.ok) return { problem: await problemIn(claimed) }
  const member = (await claimed.json()) as MemberResponse
  const me = await fetch('/api/me', { headers: { Authorization: `Bearer ${member.token}` } })
  return (await me.json()) as { email: string }
}

const post = (path: string, token: string, body?: unknown): Promise<Response> =>
  fetch(path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

async function problemIn(response: Response): Promise<string> {
  const { error } = (await response.json()) as ErrorBody
  return error.message
}
