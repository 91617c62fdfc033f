import { type Result, fail, ok } from '../../src/contract/result.ts'
import type {
  OpenRefusal,
  OpenReply,
  OpenSession,
  OpenedSession,
} from '../../src/contract/subject-rpc.ts'
import { type Answer, Invocation } from './invocation.ts'
import type { World } from './world.ts'

/** The sign-up's request in the Worker, as `src/http/onboarding.ts`: one call, an answer, a wake-up. */
export function answerSignUp(
  world: World,
  command: OpenSession,
  answer: Answer<Result<OpenedSession, OpenRefusal>>,
): void {
  const died = () => answer(fail(new Error('the worker died')))
  const invocation = new Invocation(world.stage, world.nextName('worker'), died)
  void openSession(world, command, invocation)
    .then((opened) => answer(ok(opened)))
    .catch((error: unknown) => answer(fail(new Error(String(error)))))
}

async function openSession(
  world: World,
  command: OpenSession,
  invocation: Invocation,
): Promise<Result<OpenedSession, OpenRefusal>> {
  const object = world.object(command.subjectKey)
  const { opened, wake } = await invocation.call<OpenReply>('open', (answer) =>
    object.open(command, answer),
  )
  if (opened.ok) {
    const { specId } = opened.value
    world.ledger.promise({ command, specId, at: world.stage.scheduler.now })
  }
  if (wake !== null) {
    // Off the request's path: nobody waits for it, and the object's alarm makes up for it.
    void invocation.call('send', (sent) => world.queue.send(wake, sent)).catch(() => {})
  }
  return opened
}
