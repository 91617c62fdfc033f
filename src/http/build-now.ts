import type { WakeMessage } from '../contract/messages.ts'
import type { SessionClaim, SubjectRpc } from '../contract/subject-rpc.ts'
import { describeError, log } from '../adapters/log.ts'
import type { Bindings } from '../env.ts'
import { workOff } from '../hydration/work-off.ts'

/** As long as people and proxies wait for a page; what is not done by then goes on behind it. */
const WAIT_MS = 20_000
/** A first retry comes within a second. */
const LOOK_AGAIN_MS = 250

/**
 * The blocking flow (S12): what the queue's consumer would do, done while the request waits. The
 * object's alarm stands behind it as it does behind the queue, so whatever happens here nobody is
 * lost. Never throws: the session is there, and says how it stands.
 */
export async function buildNow(
  env: Bindings,
  subject: Pick<SubjectRpc, 'view'>,
  claim: SessionClaim,
  wake: WakeMessage,
): Promise<void> {
  const stopAt = Date.now() + WAIT_MS
  try {
    await workOff(env, [wake], stopAt)
    while (Date.now() < stopAt && !(await isOver(subject, claim))) {
      // Its retry is not due yet, or somebody else holds the lease.
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_AGAIN_MS)
      })
      await workOff(env, [{ ...wake, sessions: [] }], stopAt)
    }
  } catch (error) {
    log('error', 'build_now.interrupted', { specId: claim.specId, error: describeError(error) })
  }
}

async function isOver(subject: Pick<SubjectRpc, 'view'>, claim: SessionClaim): Promise<boolean> {
  const view = await subject.view(claim)
  return !view.ok || view.value.status === 'merged' || view.value.status === 'failed'
}
