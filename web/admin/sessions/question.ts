import type { SessionSearch } from '../../../src/contract/people.ts'

type State = NonNullable<SessionSearch['state']>

export const STATES: Readonly<Record<State, string>> = {
  pending_long: 'pending for long',
  failed: 'failed',
  dead_lettered: 'to be looked at',
  unfinished: 'unfinished',
}

const isState = (text: string): text is State => Object.hasOwn(STATES, text)

/** The beginning of an id, or all of it: no address looks like that. */
const ID = /^[0-9a-f-]+$/i

/** @param account whether an id is an account's */
export function questionOf(who: string, state: string, account: boolean): Partial<SessionSearch> {
  const text = who.trim()
  const by = ID.test(text) ? (account ? { userId: text } : { specId: text }) : { email: text }
  return { ...(text === '' ? {} : by), ...(isState(state) ? { state } : {}) }
}
