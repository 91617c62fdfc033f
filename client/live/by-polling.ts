import type { SessionView } from '../../src/contract/onboarding.ts'
import type { Problem } from '../problem.ts'
import type { Ending } from './course.ts'
import type { Line } from './line.ts'
import { asFrame } from './read-frame.ts'

/** Where nothing else goes through: how things stand, asked for again and again. */
export async function byPolling(line: Line): Promise<Ending> {
  let brought = false
  const status = async (): Promise<Problem | null | undefined> => {
    if (line.access.current()?.kind !== 'session') return undefined
    const answer = await line.access.call<SessionView>({ path: '/api/onboarding/session' })
    if (!answer.ok) return answer.error
    const frame = asFrame({ type: 'status', ...answer.value })
    if (frame !== null) brought = line.hear(frame)
    return null
  }
  const [of, ofRecommendation] = await Promise.all([status(), line.ask()])
  // How a run comes along is news, whatever becomes of recommendations; of a member they are all.
  const problem = of === undefined ? ofRecommendation : of
  if (problem) return { kind: 'lost', lastedMs: 0, askedMs: problem.retryAfterMs }
  line.works()
  return { kind: 'over', brought }
}
