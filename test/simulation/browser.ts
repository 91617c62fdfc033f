import type { SessionView } from '../../src/contract/onboarding.ts'
import { type Result, ok } from '../../src/contract/result.ts'
import type {
  AccessRefusal,
  OpenRefusal,
  OpenSession,
  OpenedSession,
} from '../../src/contract/subject-rpc.ts'
import { Invocation } from './invocation.ts'
import type { World } from './world.ts'
import { answerSignUp } from './worker.ts'

/** The page tries again a few times, then leaves it to the person. */
const SUBMITS_MAX = 6
const BACKOFF_MS = 1_000

type Viewed = Result<SessionView, AccessRefusal>

/** The page of one visit: it submits until somebody answers, under one key, and then watches. */
export class Browser {
  readonly #world: World
  readonly #command: OpenSession
  readonly #invocation: Invocation
  #session: OpenedSession | null = null

  constructor(world: World, name: string, command: OpenSession) {
    this.#world = world
    this.#command = command
    this.#invocation = new Invocation(world.stage, name)
  }

  /** The session, as soon as the page has been told of it. */
  get session(): OpenedSession | null {
    return this.#session
  }

  /** @param looksAfterMs when the page asks how it stands, counted from the answer */
  async visit(looksAfterMs: readonly number[] = []): Promise<void> {
    await this.#signUp()
    for (const delayMs of looksAfterMs) {
      await this.#pause(delayMs)
      await this.look()
    }
  }

  async #signUp(): Promise<void> {
    for (let submit = 0; submit < SUBMITS_MAX && this.#session === null; submit += 1) {
      try {
        const opened = await this.#submit()
        if (opened.ok) this.#session = opened.value
        else if (opened.error.code === 'rate_limited') await this.#pause(opened.error.retryAfterMs)
        else return
      } catch {
        await this.#pause(BACKOFF_MS * 2 ** submit)
      }
    }
  }

  #submit(): Promise<Result<OpenedSession, OpenRefusal>> {
    this.#world.stage.trace.note(this.#invocation.name, 'signs up')
    return this.#invocation.call('sign-up', (answer) =>
      answerSignUp(this.#world, this.#command, answer),
    )
  }

  /** Asks for the session's view, as a reload or a poll does. */
  async look(): Promise<void> {
    if (this.#session === null) return
    const { specId, authEpoch } = this.#session
    const { subjectKey } = this.#command
    try {
      const view = await this.#invocation.call<Viewed>('view', (answer) =>
        this.#world.object(subjectKey).view({ specId, authEpoch }, answer),
      )
      if (view.ok) this.#world.ledger.show({ subjectKey, view: view.value })
    } catch {
      // The page asks again, or the person does.
    }
  }

  #pause(ms: number): Promise<null> {
    return this.#invocation.suspend((goOn) => {
      this.#world.stage.scheduler.after(ms, () => goOn(ok(null)))
    })
  }
}
