import type { Database } from '../../adapters/neon/database.ts'
import { findIndexed } from '../../adapters/neon/indexed-session.ts'
import { findPerson } from '../../adapters/neon/session-search.ts'
import type { PersonOrder } from '../../contract/people.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { normaliseEmail } from '../../core/identity.ts'
import type { Pepper } from '../../core/pepper.ts'
import { invalid } from '../read-json.ts'
import { NOTHING_HERE, type Refusal } from '../refuse.ts'

type Named = Pick<PersonOrder, 'specId' | 'userId' | 'email' | 'wallet'>

/**
 * The key of whom an operator means. Of an address or a wallet it follows from the pepper; of an id only
 * Postgres knows it.
 */
export async function subjectMeant(
  { specId, userId, email, wallet }: Named,
  database: Database,
  pepper: Pepper,
): Promise<Result<string, Refusal>> {
  if (email !== undefined) return keyOfEmail(email, pepper)
  if (wallet !== undefined) return keyOfWallet(wallet, pepper)
  const key =
    userId === undefined
      ? (await findIndexed(database, specId ?? ''))?.subject
      : (await findPerson(database, { userId }))?.subjectKey
  return key === undefined || key === null ? fail(NOTHING_HERE) : ok(key)
}

export async function keyOfEmail(email: string, pepper: Pepper): Promise<Result<string, Refusal>> {
  const identity = normaliseEmail(email)
  return identity.ok
    ? ok(await pepper.name('email', identity.value))
    : fail(invalid([{ path: 'email', message: identity.error }]))
}

async function keyOfWallet(wallet: string, pepper: Pepper): Promise<Result<string, Refusal>> {
  const address = wallet.trim().toLowerCase()
  return /^0x[0-9a-f]{40}$/.test(address)
    ? ok(await pepper.name('wallet', address))
    : fail(invalid([{ path: 'wallet', message: 'must be 0x and forty hexadecimal digits' }]))
}
