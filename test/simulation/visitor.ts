import { type Result, ok } from '../../src/contract/result.ts'
import type { MemberGrant, SessionClaim } from '../../src/contract/subject-rpc.ts'
import { type Answer, Invocation } from './invocation.ts'
import type { SimulatedObject } from './object.ts'
import { codeIn } from './providers/mail.ts'
import type { World } from './world.ts'

/** Nobody presses a button that does nothing more often than this. */
const PRESSES_MAX = 4
const PATIENCE_MS = 2_000

/** A mail that proves the address. */
export interface Evidence {
  readonly subjectKey: string
  readonly mail: string
}

type Ask = (object: SimulatedObject, answer: Answer<Result<MemberGrant, string>>) => void

/** The link of a mail is opened, and the button pressed. */
export const pressLink = (world: World, name: string, evidence: Evidence): Promise<void> =>
  prove(world, name, evidence, (object, answer) =>
    object.resume({ mail: evidence.mail, client: 'home', traceparent: '' }, answer),
  )

/** The code of a mail is typed in a session. */
export const typeCode = (
  world: World,
  name: string,
  evidence: Evidence,
  claim: SessionClaim,
): Promise<void> =>
  prove(world, name, evidence, (object, answer) =>
    object.claim({ ...claim, code: codeIn(evidence.mail) }, answer),
  )

async function prove(
  { stage, ledger, object }: World,
  name: string,
  { subjectKey, mail }: Evidence,
  ask: Ask,
): Promise<void> {
  const { scheduler, trace } = stage
  const invocation = new Invocation(stage, name)
  for (let press = 0; press < PRESSES_MAX; press += 1) {
    trace.note(name, 'proves the address')
    try {
      const grant = await invocation.call<Result<MemberGrant, string>>('prove', (answer) =>
        ask(object(subjectKey), answer),
      )
      if (grant.ok) ledger.grant({ subjectKey, mail, ...grant.value })
      trace.note(name, grant.ok ? 'is in' : `is told: ${grant.error}`)
      return
    } catch {
      await invocation.suspend((goOn) => {
        scheduler.after(PATIENCE_MS, () => goOn(ok(null)))
      })
    }
  }
}
