import { createHmac } from 'node:crypto'
import { Redis } from 'ioredis'
import { z } from 'zod'
import type { Claims } from './tokens.ts'

const WINDOW_MS = 60_000
/** Counted, and far away: the same people come back all the time here. */
const SIGN_UPS_PER_WINDOW_MAX = 1_000_000
/** The worker lets go when the account is there; this long if it died. */
const LOCK_MS = 600_000
/** As long as a session of Foyer's. */
const SESSION_MS = 86_400_000

/**
 * Limit, lock, session and the work behind it in one step and one round trip. Whoever holds a person's
 * lock has the account made; others who come meanwhile get a session that waits for the same account.
 */
const OPEN = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
if count > tonumber(ARGV[2]) then return redis.call('PTTL', KEYS[1]) end
local first = redis.call('SET', KEYS[2], ARGV[3], 'NX', 'PX', ARGV[4])
redis.call('HSET', KEYS[3], 'key', ARGV[6], 'email', ARGV[7], 'plan', ARGV[8], 'referrer', ARGV[9],
  'status', 'pending')
redis.call('PEXPIRE', KEYS[3], ARGV[5])
if first then redis.call('XADD', KEYS[4], '*', 'specId', ARGV[3], 'key', ARGV[6]) end
return -1
`
const ACCEPTED = -1

export interface SignUp {
  readonly specId: string
  readonly key: string
  readonly email: string
  readonly planId: string
  readonly referrer: string | undefined
}

export type Opened =
  | { readonly isWithinLimit: true }
  | { readonly isWithinLimit: false; readonly retryAfterMs: number }

/** All that is kept, in one Redis. */
export class Store {
  readonly #redis: Redis
  readonly #pepper: string
  readonly #open: string

  private constructor(redis: Redis, pepper: string, open: string) {
    this.#redis = redis
    this.#pepper = pepper
    this.#open = open
  }

  static async open(url: string, pepper: string): Promise<Store> {
    // What calls that come in together have to say goes out together.
    const redis = new Redis(url, { enableAutoPipelining: true })
    return new Store(redis, pepper, z.string().parse(await redis.script('LOAD', OPEN)))
  }

  /** Nobody who reads the keys learns an address. */
  keyOf(email: string): string {
    return createHmac('sha256', this.#pepper).update(email).digest('base64url')
  }

  async open({ specId, key, email, planId, referrer = '' }: SignUp): Promise<Opened> {
    const names = [`limit:${key}`, `lock:${key}`, `session:${specId}`, 'hydrations']
    const bounds = [WINDOW_MS, SIGN_UPS_PER_WINDOW_MAX, specId, LOCK_MS, SESSION_MS]
    const answer = z
      .number()
      .parse(
        await this.#redis.evalsha(
          this.#open,
          names.length,
          ...names,
          ...bounds,
          key,
          email,
          planId,
          referrer,
        ),
      )
    return answer === ACCEPTED
      ? { isWithinLimit: true }
      : { isWithinLimit: false, retryAfterMs: answer }
  }

  /** One entry for a call, so that all of it is taken or nothing. */
  async report({ key, specId }: Claims, events: readonly object[]): Promise<void> {
    const entry = ['key', key, 'person', specId, 'events', JSON.stringify(events)]
    await this.#redis.xadd('events', '*', ...entry)
  }
}
