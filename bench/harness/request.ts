import { randomUUID } from 'node:crypto'

export const SIGN_UP_PATH = '/api/onboarding/speculative'
export const OK = 200
export const CREATED = 201

/** One request; where it goes is said by whoever sends it. */
export interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Whoever is new in this run must not have been seen in an earlier one. */
const RUN = randomUUID().slice(0, 8)
let people = 0

/** Addresses that were never seen; all equally long, and so are the rows made of them. */
export const newPeople = (count: number): readonly string[] =>
  Array.from({ length: count }, () => {
    people += 1
    return `person.${RUN}.${String(people).padStart(8, '0')}@example.com`
  })

export const signUp = (email: string): Call => ({
  method: 'POST',
  path: SIGN_UP_PATH,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ email, plan_id: 'starter', referrer: 'https://example.com/pricing' }),
})

/** @throws Error with the status when the answer is another than the expected one */
export async function answerTo(origin: URL, call: Call, expected: number): Promise<unknown> {
  const { path, ...init } = call
  const response = await fetch(new URL(path, origin), init)
  const answer: unknown = await response.json()
  if (response.status !== expected) {
    throw new Error(`${call.method} ${path} was answered ${response.status}, not ${expected}`)
  }
  return answer
}
