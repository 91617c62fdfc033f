import { env as bindings, exports } from 'cloudflare:workers'
import type { ErrorBody } from '../../../src/contract/errors.ts'
import type { SessionView, SignUpResponse, StatusFrame } from '../../../src/contract/onboarding.ts'
import type { SubjectRpc } from '../../../src/contract/subject-rpc.ts'

export { bindings }
export const ORIGIN = 'https://foyer.test'

export const fetchWorker = (path: string, init?: RequestInit): Promise<Response> =>
  exports.default.fetch(new Request(`${ORIGIN}${path}`, init))

let people = 0

/** An address that no other test uses. */
export const freshEmail = (): string => `person-${(people += 1)}-${crypto.randomUUID()}@example.com`

export const postSignUp = (
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetchWorker('/api/onboarding/speculative', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

/** A sign-up that must be accepted. */
export async function signUp(
  email = freshEmail(),
  headers: Readonly<Record<string, string>> = {},
): Promise<SignUpResponse> {
  const response = await postSignUp({ email, plan_id: 'pro' }, headers)
  if (!response.ok) throw new Error(`sign-up: ${response.status} ${await response.text()}`)
  return response.json<SignUpResponse>()
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

export async function getSession(token: string): Promise<SessionView> {
  const response = await fetchWorker('/api/onboarding/session', { headers: bearer(token) })
  if (!response.ok) throw new Error(`session: ${response.status} ${await response.text()}`)
  return response.json<SessionView>()
}

export async function errorOf(response: Response): Promise<ErrorBody['error']> {
  return (await response.json<ErrorBody>()).error
}

/** The part of a token that anybody can read. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const payload = token.split('.')[1] ?? ''
  return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Record<
    string,
    unknown
  >
}

export const subjectOf = (
  token: string,
): DurableObjectStub<SubjectRpc & Rpc.DurableObjectBranded> =>
  bindings.SUBJECTS.getByName(String(claimsOf(token)['key']))

const POLL_MS = 50
const PATIENCE_MS = 180_000

/** Waits until `look` gives something; a test that waits in vain says for what. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
): Promise<T> {
  const until = Date.now() + PATIENCE_MS
  while (Date.now() < until) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`${what} did not happen within ${PATIENCE_MS} ms`)
}

export const untilSettled = ({ token }: SignUpResponse): Promise<SessionView> =>
  eventually('the end of the run', async () => {
    const view = await getSession(token)
    return (view.status === 'merged' || view.status === 'failed') && view
  })

export interface OpenSocket {
  readonly socket: WebSocket
  readonly frames: StatusFrame[]
  readonly closed: Promise<CloseEvent>
}

export const upgrade = (
  specId: string,
  protocols: readonly string[],
  query = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetchWorker(`/ws/onboarding/${specId}${query}`, {
    headers: { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': protocols.join(', '), ...headers },
  })

/** A socket that must be accepted, and everything it was sent. */
export async function openSocket(session: SignUpResponse, query = ''): Promise<OpenSocket> {
  const protocols = ['foyer.v1', `bearer.${session.token}`]
  const { webSocket: socket, status } = await upgrade(session.specId, protocols, query)
  if (!socket) throw new Error(`socket: ${status}`)
  const frames: StatusFrame[] = []
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string' && data.startsWith('{'))
      frames.push(JSON.parse(data) as StatusFrame)
  })
  const closed = new Promise<CloseEvent>((resolve) => {
    socket.addEventListener('close', resolve)
  })
  socket.accept()
  return { socket, frames, closed }
}
