import { randomUUID } from 'node:crypto'

export const SIGN_UP_PATH = '/api/onboarding/speculative'
export const CREATED = 201

/** Whoever is new in this run must not have been seen in an earlier one. */
const RUN = randomUUID().slice(0, 8)
let people = 0

/** Addresses that were never seen; all equally long, and so are the rows made of them. */
export const newPeople = (count: number): readonly string[] =>
  Array.from({ length: count }, () => {
    people += 1
    return `person.${RUN}.${String(people).padStart(8, '0')}@example.com`
  })

export const signUpBody = (email: string): string =>
  JSON.stringify({ email, plan_id: 'starter', referrer: 'https://example.com/pricing' })
