import { fail, ok } from '../src/contract/result.ts'
import type { MemberResponse } from '../src/contract/tokens.ts'
import type { Access } from './access.ts'
import { isSamePerson, ofMember } from './credentials.ts'
import type { Kept } from './kept.ts'
import { pause } from './pause.ts'
import { NOBODY, OFFLINE, type Outcome } from './problem.ts'

/** Long enough for a lift, short enough for somebody who looks at a button. */
const CLAIM_RETRY_MS = 1_000
/** Answers are worth a moment of somebody who looks at a button, and no more. */
const FLUSH_MAX_MS = 2_000

type Member = Outcome<{ readonly userId: string }>

type IsAsking = () => boolean

interface Claim {
  readonly token: string
  readonly code: string
}

/**
 * How a session becomes a member. A claim ends the session by which it is made; when its reply is lost,
 * the same claim again is the only way in, so it is kept until its outcome is known.
 */
export class Proof {
  readonly #access: Access
  readonly #kept: Kept
  readonly #flush: () => Promise<unknown>
  #underWay: Member | undefined

  /** @param flush sends what only a session may send */
  constructor(access: Access, kept: Kept, flush: () => Promise<unknown>) {
    this.#access = access
    this.#kept = kept
    this.#flush = flush
  }

  async claim(code: string): Member {
    // A whole lifetime of the token, for as long as the same claim may have to be repeated.
    const held = this.#access.current()
    // What was answered while the account was built, a member can no longer add.
    if (held?.kind === 'session') await Promise.race([this.#flush(), pause(FLUSH_MAX_MS)])
    const renewed = held?.kind === 'session' ? await this.#access.renew(held) : null
    const now = this.#access.current()
    // Of an earlier claim the reply came late.
    if (held?.kind === 'session' && now?.kind === 'member') return ok({ userId: now.userId })
    if (now?.kind !== 'session' || !isSamePerson(held, now))
      return renewed?.ok === false ? renewed : fail(NOBODY)
    this.#underWay = this.#ask({ token: now.token, code })
    return this.#underWay
  }

  /** The session was refused. Was it our own claim that ended it? */
  async recover(): Promise<void> {
    await this.#underWay
    const { token, code } = (this.#kept.read('claim') ?? {}) as Partial<Claim>
    if (typeof token === 'string' && typeof code === 'string') await this.#ask({ token, code })
  }

  resume(resumeToken: string): Member {
    this.#underWay = this.#prove('/api/onboarding/resume', { resumeToken }, this.#asking())
    return this.#underWay
  }

  /** Another mail; the server sends as many as it thinks right, and says the same. */
  async requestCode(): Outcome<null> {
    const answer = await this.#access.call({ path: '/api/onboarding/code', method: 'POST' })
    return answer.ok ? ok(null) : answer
  }

  /** @returns whether it is still the person who asks now */
  #asking(): IsAsking {
    const asked = this.#access.current()
    return () => isSamePerson(asked, this.#access.current())
  }

  async #ask(claim: Claim): Member {
    const isAsking = this.#asking()
    this.#kept.write('claim', claim)
    const once = () =>
      this.#prove('/api/onboarding/claim', { code: claim.code }, isAsking, claim.token)
    let answer = await once()
    if (!answer.ok && answer.error.code === OFFLINE.code) {
      await pause(CLAIM_RETRY_MS)
      answer = await once()
    }
    const isKnown = answer.ok || answer.error.code !== OFFLINE.code
    // Of whoever came after, another claim may be kept by now.
    if (isKnown && isAsking()) this.#kept.write('claim', null)
    return answer
  }

  async #prove(path: string, body: object, isAsking: IsAsking, token?: string): Member {
    const answer = await this.#access.request<MemberResponse>({ path, method: 'POST', body }, token)
    if (!answer.ok) return answer
    const member = ofMember(answer.value, Date.now())
    if (member === null) return fail(OFFLINE)
    // The same claim may have been answered before, here or in another tab.
    if (!isAsking() && !isSamePerson(member, this.#access.current())) {
      void this.#access.release(member)
      return fail(NOBODY)
    }
    this.#access.become(member)
    return ok({ userId: member.userId })
  }
}
