import { Access, type Changed } from './access.ts'
import { Behaviour } from './behaviour.ts'
import { Checklist } from './checklist.ts'
import { type Credentials, isSamePerson, personOf } from './credentials.ts'
import { Drafts } from './drafts.ts'
import type { FoyerOptions } from './foyer.ts'
import { Kept } from './kept.ts'
import { Live } from './live/live.ts'
import { Proof } from './proof.ts'
import { Recommendations } from './recommendations.ts'
import { listen } from './signals.ts'
import type { Snapshot } from './snapshot.ts'
import { Store } from './store.ts'

const OF_A_PERSON = ['answers', 'snoozed'] as const

/** The parts, and how they hear of each other. To make one touches nothing of the browser. */
export class Client {
  readonly store = new Store()
  readonly kept: Kept
  readonly access: Access
  readonly proof: Proof
  readonly drafts: Drafts
  readonly behaviour: Behaviour
  readonly recommendations: Recommendations
  readonly #checklist: Checklist
  readonly #live: Live
  readonly #isPage: () => boolean
  #stopListening: (() => void) | undefined

  constructor({ baseUrl = '', keep }: FoyerOptions) {
    this.kept = new Kept(keep)
    // A program without a page is a client, too, when it brings what outlives it.
    this.#isPage = () => keep !== undefined || 'document' in globalThis
    this.access = new Access(baseUrl, this.kept, {
      changed: (...change) => this.#become(...change),
      refused: () => this.proof.recover(),
    })
    this.drafts = new Drafts(this.access, this.kept, (draftProblem) =>
      this.store.update({ draftProblem }),
    )
    this.proof = new Proof(this.access, this.kept, () => this.drafts.flush())
    this.#checklist = new Checklist(this.access, (checklist) => this.store.update({ checklist }))
    this.behaviour = new Behaviour(this.access, () => this.#checklist.refresh())
    this.recommendations = new Recommendations(this.access, this.kept, (view) => {
      const shown = this.store.snapshot.recommendation
      if (view?.recommendationId !== shown?.recommendationId) this.#checklist.refresh()
      this.store.update({ recommendation: view })
    })
    this.#live = new Live({
      baseUrl,
      access: this.access,
      ask: () => this.recommendations.ask(),
      connected: () => this.recommendations.asking.soon(),
      showTransport: (transport) => this.store.update({ transport }),
      showRun: (run) => this.#showRun(run),
      hear: (frame) => this.recommendations.hearFrame(frame),
    })
  }

  start(): void {
    if (this.#stopListening || !this.#isPage()) return
    this.#stopListening = listen({
      network: () => this.#wake(true),
      shown: () => this.#wake(false),
      hidden: () => this.behaviour.leave(),
      kept: (key) => {
        this.kept.heard(key)
        this.#look()
      },
    })
    for (const errand of this.#errands()) errand.start()
    this.#present(this.access.current(), null)
  }

  stop(): void {
    this.#stopListening?.()
    this.#stopListening = undefined
    this.recommendations.stop()
    this.#live.watch(null)
    for (const errand of this.#errands()) errand.stop()
  }

  #errands() {
    const { asking, telling } = this.recommendations
    return [this.drafts.errand, this.behaviour.errand, this.#checklist.errand, asking, telling]
  }

  #wake(isNewNetwork: boolean): void {
    // What other tabs did while this one was frozen, nobody told it.
    this.#look()
    this.#live.wake(isNewNetwork)
    for (const errand of this.#errands()) errand.wake()
  }

  #look(): void {
    const credentials = this.access.current()
    if (!isSame(personOf(credentials), this.store.snapshot.person)) {
      this.#present(credentials, 'elsewhere')
    }
  }

  /** What was intended and answered before was another person's. */
  #become(...[credentials, where, before]: Parameters<Changed>): void {
    // By a claim a session's journey becomes its member's; any other proof may be of somebody else.
    const isHeir =
      before?.kind === 'session' &&
      credentials?.kind === 'member' &&
      this.kept.read('claim') !== null
    this.kept.write('claim', null)
    if (credentials?.kind !== 'session') this.kept.write('intention', null)
    if (!isSamePerson(before, credentials)) {
      // A member can add nothing to it, not even their own.
      this.kept.write('draft', null)
      if (!isHeir) for (const name of OF_A_PERSON) this.kept.write(name, null)
    }
    this.#present(credentials, where === 'here' ? null : where, isHeir)
  }

  #present(credentials: Credentials | null, ended: Snapshot['ended'], isHeir = false): void {
    const { person: before } = this.store.snapshot
    const person = personOf(credentials)
    const isOther = !isSame(person, before)
    // A page may have reported before it started.
    if (isOther && before.kind !== 'nobody' && !isHeir) this.behaviour.forget()
    if (isOther) this.recommendations.hear(null)
    const gone = isOther ? { run: null, draftProblem: null, checklist: null } : {}
    this.store.update({ person, ended: credentials === null ? ended : null, ...gone })
    if (!this.#stopListening) return
    this.#live.watch(
      credentials?.kind === 'session' ? { specId: credentials.specId } : credentials && 'member',
    )
    if (credentials === null) return
    this.#checklist.refresh()
    for (const errand of [
      this.drafts.errand,
      this.behaviour.errand,
      this.recommendations.telling,
    ]) {
      errand.soon()
    }
  }

  #showRun(run: Snapshot['run']): void {
    // Whoever wishes the same again after a failure wishes for another try.
    if (run?.status === 'failed') this.kept.write('intention', null)
    this.store.update({ run })
  }
}

const isSame = (one: object, other: object): boolean =>
  JSON.stringify(one) === JSON.stringify(other)
