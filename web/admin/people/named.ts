import type { PersonOrder } from '../../../src/contract/people.ts'

/** Somebody, by the one thing that is known of them. */
export type Named = Pick<PersonOrder, 'email' | 'userId' | 'specId' | 'wallet'>

export const KINDS: Readonly<Record<keyof Named, string>> = {
  email: 'address',
  userId: 'account',
  specId: 'session',
  wallet: 'wallet',
}
