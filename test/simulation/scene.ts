import type { HydrationWork, Report } from '../../src/contract/hydration.ts'
import type { RunStatus } from '../../src/contract/onboarding.ts'
import type { OpenSession, ReportReply } from '../../src/contract/subject-rpc.ts'
import type { Entry } from '../../src/core/onboarding/entries.ts'
import type { Session } from '../../src/core/onboarding/state.ts'
import { Browser } from './browser.ts'
import { PRODUCTION } from './decisions.ts'
import { CALM, type Faults } from './faults.ts'
import { Invocation } from './invocation.ts'
import type { SimulatedObject } from './object.ts'
import { commandOf, personNamed } from './people.ts'
import { PLAN, type Plan } from './plan.ts'
import { Random } from './random.ts'
import { silently } from './silence.ts'
import { createStage } from './stage.ts'
import { World } from './world.ts'

export const MINUTE_MS = 60_000
export const DAY_MS = 24 * 60 * MINUTE_MS

/** What there is of one person outside the object. */
export interface Effects {
  readonly rows: number
  readonly identities: number
  readonly customers: number
  readonly codes: number
  readonly invitations: number
}

/** What one sign-up leaves, however often anything of it happened. */
export const ONCE: Effects = { rows: 1, identities: 1, customers: 1, codes: 1, invitations: 0 }

/** A calm world with one person, Ada, for a test that writes the story and its faults itself. */
export class Scene {
  readonly world: World
  readonly ada = personNamed('ada')

  constructor({ plan = PLAN, alarmsMayBeLost = false }: SceneOptions = {}) {
    const random = new Random('a scene')
    const stage = createStage({ random, weather: CALM, decisions: PRODUCTION, keepsStory: true })
    this.world = new World(stage, plan, alarmsMayBeLost)
  }

  get faults(): Faults {
    return this.world.stage.faults
  }

  get object(): SimulatedObject {
    return this.world.object(this.ada.subjectKey)
  }

  get now(): number {
    return this.world.stage.scheduler.now
  }

  /** Ada's page submits, and tries again until it is answered. */
  signUp(change: Partial<OpenSession> = {}): Browser {
    const command = commandOf(this.ada, { idempotencyKey: 'the submit of a page', ...change })
    const browser = new Browser(this.world, this.world.nextName('page'), command)
    void browser.visit()
    return browser
  }

  /** Lets time go by, with all that happens in it. */
  pass(ms: number): Promise<void> {
    return silently(() => this.world.runUntil(this.now + ms))
  }

  /** To the end of everything, where the invariants of rest are checked, too. */
  rest(): Promise<void> {
    return silently(() => this.world.rest())
  }

  /** Calls `act` once, when an entry of this type has reached the disk. */
  once(type: Entry['type'], act: (entry: Entry) => void): void {
    const before = this.world.onWritten
    let isDone = false
    this.world.onWritten = (written) => {
      before(written)
      const found = written.find(({ entry }) => entry.type === type)
      if (found === undefined || isDone) return
      isDone = true
      act(found.entry)
    }
  }

  /** A consumer that takes the lease and does nothing with it. */
  lease(): Promise<HydrationWork | null> {
    return this.#call((invocation) =>
      invocation.call<HydrationWork | null>('lease', (answer) => this.object.lease(answer)),
    )
  }

  report(fence: number, ...reports: readonly Report[]): Promise<ReportReply> {
    return this.#call((invocation) =>
      invocation.call<ReportReply>('report', (answer) =>
        this.object.report(fence, reports, answer),
      ),
    )
  }

  /** Ada's sessions, oldest first. */
  get sessions(): readonly Session[] {
    return [...this.object.journal.state.sessions.values()]
  }

  get statuses(): readonly (RunStatus | undefined)[] {
    return this.sessions.map(({ views }) => views.at(-1)?.status)
  }

  get effects(): Effects {
    const { database, identity, billing, mail } = this.world
    const mails = (wanted: 'proof' | 'invitation') =>
      mail.delivered.filter(({ kind }) => kind === wanted).length
    return {
      rows: database.users.size,
      identities: identity.users.size,
      customers: billing.customers.size,
      codes: mails('proof'),
      invitations: mails('invitation'),
    }
  }

  async #call<Value>(ask: (invocation: Invocation) => Promise<Value>): Promise<Value> {
    const answered = ask(new Invocation(this.world.stage, this.world.nextName('hand')))
    await this.pass(1_000)
    return answered
  }
}

interface SceneOptions {
  readonly plan?: Plan
  readonly alarmsMayBeLost?: boolean
}
