import { type Result, fail, ok } from '../src/contract/result.ts'
import {
  type Credentials,
  type MemberCredentials,
  isStale,
  readCredentials,
} from './credentials.ts'
import { type Call, request } from './http.ts'
import type { Kept } from './kept.ts'
import { locked } from './locked.ts'
import { pause } from './pause.ts'
import { NOBODY, type Outcome, type Problem } from './problem.ts'
import { askForNew } from './ask-for-new.ts'

/** Another tab that proves the address ends this one's session, and its reply is still on its way. */
const ELSEWHERE_GRACE_MS = 2_000
/** Soon enough for the same refresh to be the same one to the server. */
const RENEW_RETRY_MS = 1_000

/** Who somebody became, or stopped being; `elsewhere`: not by a call of this tab. */
export type Changed = (
  now: Credentials | null,
  where: 'here' | 'elsewhere',
  before: Credentials | null,
) => void

interface Hooks {
  readonly changed: Changed
  /** A session is refused: the last moment to find out that it was we who ended it. */
  readonly refused: () => Promise<void>
}

/** Whom this browser acts for. What is kept is the truth, since other tabs change it, too. */
export class Access {
  readonly #baseUrl: string
  readonly #kept: Kept
  readonly #hooks: Hooks
  #renewing: Outcome<Credentials> | undefined

  constructor(baseUrl: string, kept: Kept, hooks: Hooks) {
    this.#baseUrl = baseUrl
    this.#kept = kept
    this.#hooks = hooks
  }

  current(): Credentials | null {
    return readCredentials(this.#kept.read('person'))
  }

  become(credentials: Credentials | null, where: 'here' | 'elsewhere' = 'here'): void {
    const before = this.current()
    this.#kept.write('person', credentials)
    this.#hooks.changed(credentials, where, before)
  }

  /** @param token absent: a call for everybody */
  request<T>(call: Call<T>, token?: string): Outcome<T> {
    return request(this.#baseUrl, call, token)
  }

  /**
   * A call for whoever it is. The token is renewed before it is too old, and once when the server does
   * not take it; one that is not taken then has ended.
   *
   * @param of the call, which may depend on who makes it: by then it may be somebody else; `null`: not
   *   by them
   */
  async call<T>(of: Call<T> | ((credentials: Credentials) => Call<T> | null)): Outcome<T> {
    const attempt = (held: Credentials) => {
      const call = typeof of === 'function' ? of(held) : of
      return call && this.request(call, held.token)
    }
    const held = await this.fresh()
    if (!held.ok) return held
    const first = await attempt(held.value)
    if (!first || !isRefused(first)) return first ?? fail(NOBODY)
    const renewed = await this.renew(held.value)
    if (!renewed.ok) return renewed
    const second = await attempt(renewed.value)
    if (second && isRefused(second)) await this.#ended(renewed.value)
    return second ?? fail(NOBODY)
  }

  /** Credentials that count for a while yet. */
  async fresh(): Outcome<Credentials> {
    const held = this.current()
    if (held === null) return fail(NOBODY)
    return isStale(held, Date.now()) ? this.renew(held) : ok(held)
  }

  /** @param spent if something newer took its place, that is the answer */
  renew(spent: Credentials): Outcome<Credentials> {
    this.#renewing ??= locked('foyer.renew', () => this.#renew(spent)).finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  /**
   * Signs a member out whom this browser no longer acts for. Nothing of it is kept, not even a token
   * that was renewed to say so.
   */
  async release(held: MemberCredentials): Outcome<null> {
    const logout = ({ token }: Credentials) =>
      this.request<null>({ path: '/api/auth/logout', method: 'POST' }, token)
    const first = isStale(held, Date.now()) ? fail(NOBODY) : await logout(held)
    if (!isRefused(first)) return first
    const renewed = await askForNew(this.#baseUrl, held)
    const answer = renewed.ok ? await logout(renewed.value) : renewed
    return isRefused(answer) ? ok(null) : answer
  }

  async #renew(spent: Credentials): Outcome<Credentials> {
    const held = this.current()
    if (held === null) return fail(NOBODY)
    if (held.token !== spent.token) return ok(held)
    let renewed = await askForNew(this.#baseUrl, held)
    if (!renewed.ok && renewed.error.code === 'offline') {
      await pause(RENEW_RETRY_MS)
      renewed = await askForNew(this.#baseUrl, held)
    }
    if (isRefused(renewed)) await this.#ended(held)
    // Meanwhile somebody else may have become a member here, or signed out.
    const now = this.current()
    if (now === null) return fail(NOBODY)
    if (now.token !== held.token) return ok(now)
    if (renewed.ok) this.#kept.write('person', renewed.value)
    return renewed
  }

  /** Unless it turns out that somebody took its place, in this tab or another. */
  async #ended(credentials: Credentials): Promise<void> {
    await this.#hooks.refused()
    if (this.current()?.token === credentials.token) await pause(ELSEWHERE_GRACE_MS)
    if (this.current()?.token === credentials.token) this.become(null, 'elsewhere')
  }
}

const isRefused = (answer: Result<unknown, Problem>): boolean =>
  !answer.ok && answer.error.code === 'unauthorized'
