import type { Bindings } from '../env.ts'
import type { Person } from './person.ts'

/**
 * Opens a hibernating socket into a subject's object, which sends what was missed first. The object is
 * told the verified claim, and nothing of the client's own request.
 *
 * @returns the object's `101`, or `null` when the session has ended or the device was signed out
 */
export async function openSubjectSocket(
  { SUBJECTS }: Bindings,
  { key, caller }: Person,
  after: string | undefined,
): Promise<Response | null> {
  const url = new URL('https://subject/socket')
  url.searchParams.set('caller', JSON.stringify(caller))
  if (after !== undefined) url.searchParams.set('after', after)
  const upgrade = new Request(url, { headers: { Upgrade: 'websocket' } })
  const answer = await SUBJECTS.getByName(key).fetch(upgrade)
  return answer.status === 101 ? answer : null
}
