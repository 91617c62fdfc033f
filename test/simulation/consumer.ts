import { indexedOpening, indexedStatus } from '../../src/core/indexed.ts'
import { WakeMessage } from '../../src/contract/messages.ts'
import type { IndexedSession, MailLinks, SessionIndex } from '../../src/core/ports.ts'
import type { HydrationDeps } from '../../src/hydration/hydrate-subject.ts'
import type { HydrationStep } from '../../src/core/hydration/step.ts'
import { openGate } from './gate.ts'
import type { Invocation } from './invocation.ts'
import { IDENTITY_SETTINGS } from './plan.ts'
import type { Batch, Message } from './queue.ts'
import type { World } from './world.ts'

/** As in `queues/hydration.ts`. */
const WORK_MS = 20_000
const RETRY_DELAY_MS = 10_000

/** Whose link it is: nobody in here opens a sealed one. */
const LINKS: MailLinks = {
  of: async ({ mail }) => ({ resumeUrl: `#${mail}`, unsubscribeUrl: mail }),
}

/** `queues/hydration.ts` and `src/hydration/work-off.ts`, with what the world has for their bindings. */
export async function consumeHydration(
  world: World,
  batch: Batch,
  invocation: Invocation,
): Promise<void> {
  const { clocks } = world.stage
  const now = () => clocks.now('consumers')
  const index = world.database.index(invocation)
  const deps = createDeps(world, invocation, now)
  const wakes = batch.messages.flatMap((message) => {
    const wake = WakeMessage.safeParse(JSON.parse(message.body))
    if (!wake.success) batch.retry(message)
    return wake.success ? [{ message, wake: wake.data }] : []
  })
  await record(
    index,
    wakes.flatMap(({ wake }) => indexedOpening(wake)),
    now(),
  )
  const bySubject = Map.groupBy(wakes, ({ wake }) => wake.key)
  const changed = await Promise.all(
    [...bySubject].map(async ([key, own]) => {
      const messages = own.map(({ message }) => message)
      return hydrate(world, batch, invocation, { key, messages, deps })
    }),
  )
  await record(index, changed.flat(), now())
}

async function record(
  index: SessionIndex,
  sessions: readonly IndexedSession[],
  now: number,
): Promise<void> {
  try {
    await index.record(sessions, now)
  } catch {
    // The index follows later.
  }
}

/** `createProviders` of `src/adapters/hydration-adapters.ts`, with what the world provides. */
function createDeps(
  { stage, identity, billing, database, mail, bucket }: World,
  invocation: Invocation,
  now: () => number,
): HydrationDeps {
  const { identityStep, billingStep, accountStep, createArchive } = stage.decisions
  const stopAt = now() + WORK_MS
  const gate = openGate(stopAt, now)
  const mailer = mail.mailer(invocation)
  return {
    steps: steadyRemoval(invocation, [
      identityStep(identity.api(invocation, gate), IDENTITY_SETTINGS),
      billingStep(billing.api(invocation, gate)),
      accountStep(database.accountWriter(invocation)),
    ]),
    mailer: {
      repeats: mailer.repeats,
      sendProof: (proof) => gate(() => mailer.sendProof(proof)),
      sendInvitation: (invitation) => gate(() => mailer.sendInvitation(invitation)),
    },
    archive: createArchive(bucket.binding(invocation)),
    links: LINKS,
    now,
    stopAt,
  }
}

/**
 * A removal that takes effect after its lease can hit whoever came back meanwhile: providers know no
 * fence. Until production can do better, removals come in time, and the matrix shows the fault.
 */
const steadyRemoval = (
  invocation: Invocation,
  steps: readonly HydrationStep[],
): readonly HydrationStep[] =>
  steps.map(({ remove, ...step }) => ({
    ...step,
    ...(remove && { remove: (input) => invocation.steadily(() => remove(input)) }),
  }))

interface Job {
  readonly key: string
  readonly messages: readonly Message[]
  readonly deps: HydrationDeps
}

async function hydrate(
  world: World,
  batch: Batch,
  invocation: Invocation,
  { key, messages, deps }: Job,
): Promise<readonly IndexedSession[]> {
  const { decisions } = world.stage
  const object = world.object(key)
  try {
    const replies = await decisions.hydrateSubject(
      {
        lease: () => invocation.call('lease', (answer) => object.lease(answer)),
        report: (fence, reports) =>
          invocation.call('report', (answer) => object.report(fence, reports, answer)),
      },
      deps,
    )
    for (const message of messages) batch.ack(message)
    const changed = replies.findLast((reply) => reply.changed !== null)?.changed
    return changed ? indexedStatus(key, changed) : []
  } catch {
    for (const message of messages) batch.retry(message, RETRY_DELAY_MS)
    return []
  }
}
