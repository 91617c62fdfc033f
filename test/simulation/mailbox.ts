import { Browser } from './browser.ts'
import type { News } from './invariants.ts'
import { Invocation } from './invocation.ts'
import { type Person, commandOf } from './people.ts'
import type { Mail } from './providers/mail.ts'
import type { Random } from './random.ts'
import { pressLink, typeCode } from './visitor.ts'
import type { World } from './world.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Most people in here leave it at that: there is more to go wrong. */
const PROVEN_RATES = { proof: 0.15, invitation: 0.5 } as const
const READ_WITHIN_MS = { proof: 2 * DAY_MS, invitation: 10 * DAY_MS } as const
const AGAIN_RATE = 0.3
const UNSUBSCRIBED_RATE = 0.1
/** A person who comes back at the worst moment does so while the erasure is under way. */
const WORST_MOMENT_RATE = 0.5
const WORST_MOMENT_MAX_MS = 60_000

/** What people do with their mails, and those who come back while they are being erased. */
export class Mailboxes {
  readonly #world: World
  readonly #random: Random
  readonly #byEmail: ReadonlyMap<string, Person>
  readonly #latest = new Map<Person, string>()

  constructor(world: World, people: readonly Person[], random: Random) {
    this.#world = world
    this.#random = random
    this.#byEmail = new Map(people.map((person) => [person.email, person]))
  }

  /** From now on mails are read. */
  open(): void {
    this.#world.onDelivery = (mail) => this.#receive(mail)
    const before = this.#world.onWritten
    this.#world.onWritten = (written) => {
      before(written)
      this.#watchErasures(written)
    }
  }

  #receive({ kind, id, to }: Mail): void {
    const person = this.#byEmail.get(to)
    if (person === undefined) return
    this.#latest.set(person, id)
    const random = this.#random
    if (kind === 'invitation' && random.chance(UNSUBSCRIBED_RATE)) {
      this.#later(random.spread(MINUTE_MS, DAY_MS), () => this.#unsubscribe(person))
    }
    if (!random.chance(PROVEN_RATES[kind])) return
    const prove = random.chance(0.5) ? () => this.#press(person, id) : () => this.#type(person, id)
    const delay = random.spread(MINUTE_MS / 2, READ_WITHIN_MS[kind])
    this.#later(delay, prove)
    if (random.chance(AGAIN_RATE)) this.#later(delay + random.spread(100, DAY_MS), prove)
  }

  #watchErasures(written: News['written']): void {
    for (const { entry, after } of written) {
      if (entry.type !== 'lease_granted' || !entry.chores?.includes('erasure')) continue
      const person = this.#byEmail.get(after.account?.identity ?? '')
      if (person === undefined || !this.#random.chance(WORST_MOMENT_RATE)) continue
      const mail = this.#latest.get(person)
      const comesBack =
        mail !== undefined && this.#random.chance(0.5)
          ? () => this.#press(person, mail)
          : () => this.#signUp(person)
      this.#later(this.#random.int(0, WORST_MOMENT_MAX_MS), comesBack)
    }
  }

  #press({ name, subjectKey }: Person, mail: string): void {
    void pressLink(this.#world, this.#world.nextName(`${name} link`), { subjectKey, mail })
  }

  /** In the session that was opened last; a mail of an invitation has no code that counts. */
  #type({ name, subjectKey }: Person, mail: string): void {
    const { ledger } = this.#world
    const session = [...ledger.promised.values()].findLast(
      ({ command }) => command.subjectKey === subjectKey,
    )
    if (session === undefined) return
    const claim = { specId: session.specId, authEpoch: 0 }
    void typeCode(this.#world, this.#world.nextName(`${name} code`), { subjectKey, mail }, claim)
  }

  #signUp(person: Person): void {
    const name = this.#world.nextName(`${person.name} back`)
    const command = commandOf(person, { idempotencyKey: `submit of ${name}` })
    void new Browser(this.#world, name, command).visit()
  }

  #unsubscribe({ name, subjectKey }: Person): void {
    const invocation = new Invocation(this.#world.stage, `${name} unsubscribes`)
    invocation
      .call<null>('unsubscribe', (answer) => this.#world.object(subjectKey).unsubscribe(answer))
      .catch(() => {})
  }

  #later(delayMs: number, act: () => void): void {
    this.#world.stage.scheduler.after(delayMs, act)
  }
}
