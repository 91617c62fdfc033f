import pLimit from 'p-limit'
import type { ArchivedSession } from '../contract/hydration.ts'
import { fail, ok } from '../contract/result.ts'
import type { Archive } from '../core/ports.ts'
import { describeError, log } from './log.ts'

/** One of the six connections of an invocation: an archive is in no hurry. */
const PUTS_AT_A_TIME = 1

/** Where a session is kept: by the day it was opened, under its own random id. */
export const archiveKey = ({
  openedAt,
  specId,
}: Pick<ArchivedSession, 'openedAt' | 'specId'>): string =>
  `unfinished/${new Date(openedAt).toISOString().slice(0, 10)}/${specId}.json`

/** What is in the archive of these sessions. Throws when it cannot be read. */
export async function readArchive(
  bucket: Pick<R2Bucket, 'get'>,
  sessions: readonly Pick<ArchivedSession, 'openedAt' | 'specId'>[],
): Promise<readonly unknown[]> {
  const limit = pLimit(PUTS_AT_A_TIME)
  const found = await Promise.all(
    sessions.map((session) => limit(async () => (await bucket.get(archiveKey(session)))?.json())),
  )
  return found.filter((kept) => kept !== undefined)
}

export function createArchive(bucket: Pick<R2Bucket, 'put' | 'delete'>): Archive {
  const limit = pLimit(PUTS_AT_A_TIME)
  const put = (session: ArchivedSession): Promise<unknown> =>
    bucket.put(archiveKey(session), JSON.stringify(session), {
      httpMetadata: { contentType: 'application/json' },
    })
  return {
    async put(sessions) {
      try {
        await Promise.all(sessions.map((session) => limit(() => put(session))))
        return ok(null)
      } catch (error) {
        log('error', 'archive.failed', { error: describeError(error) })
        return fail({ kind: 'unavailable', detail: 'the archive took nothing' })
      }
    },

    async remove(sessions) {
      try {
        // One call takes a thousand keys; nobody has more than a hundred sessions.
        if (sessions.length > 0) await bucket.delete(sessions.map(archiveKey))
        return ok(null)
      } catch (error) {
        log('error', 'archive.failed', { error: describeError(error) })
        return fail({ kind: 'unavailable', detail: 'the archive gave nothing back' })
      }
    },
  }
}
