import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createFoyer } from '../../client/index.ts'
import type { Foyer as Client, Keep, SignUp } from '../../client/index.ts'
import { Foyer, patiently } from '../support/foyer.ts'
import { Network } from '../support/network.ts'

// The client that products install, in the whole system as `npm start` runs it, over a network that can
// be cut. Node has a browser's fetch, WebSocket and locks; what it lacks is played here.

let foyer: Foyer
let network: Network
/** What a window hears. */
let window: EventTarget
const clients: Client[] = []

beforeAll(async () => {
  // Nothing is drawn by lot for the baseline, so that what is recommended is known.
  foyer = await Foyer.create({ RULES_BASELINE_PERCENT: '100', USER_LIMIT_PER_MINUTE: '0' })
  await foyer.start()
})

afterAll(() => foyer.cleanUp())

beforeEach(async () => {
  network = await Network.to(foyer.url('app'))
  window = new EventTarget()
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.stop()
  vi.unstubAllGlobals()
  await network.stop()
})

class Memory implements Keep {
  readonly items = new Map<string, string>()
  getItem = (key: string) => this.items.get(key) ?? null
  setItem = (key: string, value: string) => void this.items.set(key, value)
  removeItem = (key: string) => void this.items.delete(key)
}

/** A page that is opened; with the same keep it is another tab, or a reload. */
function open(keep: Keep = new Memory()): Client {
  const client = createFoyer({ baseUrl: network.url, keep })
  clients.push(client)
  client.start()
  return client
}

/** Every status that a page shows, in order. */
function watch(client: Client) {
  const shown: { readonly seq: number; readonly status: string }[] = []
  client.subscribe(() => {
    const { run } = client.getSnapshot()
    if (run !== null && run.seq !== shown.at(-1)?.seq) {
      shown.push({ seq: run.seq, status: run.status })
    }
  })
  return shown
}

const value = async <T>(
  outcome: ReturnType<() => Promise<{ ok: true; value: T } | { ok: false }>>,
) => {
  const result = await outcome
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`)
  return result.value
}

const wish = (name: string): SignUp => ({ email: `${name}@example.com`, planId: 'pro' })
const person = (client: Client) => client.getSnapshot().person.kind
const status = (client: Client) => client.getSnapshot().run?.status

const Mails = z.object({ data: z.array(z.object({ text: z.string() })) })

/** From the inbox of whoever owns the address. */
async function codeFor({ email }: SignUp): Promise<string> {
  const read = async () => {
    const response = await fetch(`${foyer.url('mail')}/emails?to=${email}`, {
      headers: { Authorization: 'Bearer re_look' },
    })
    const [mail] = Mails.parse(await response.json()).data
    return /\d{4} \d{4}/.exec(mail?.text ?? '')?.[0]
  }
  await expect.poll(read, patiently).toBeDefined()
  return (await read()) ?? ''
}

const online = () => window.dispatchEvent(new Event('online'))
const keptChanged = () =>
  window.dispatchEvent(Object.assign(new Event('storage'), { key: 'foyer.person' }))

describe('S14: a sign-up', () => {
  test('S14, B5: is followed to its end over a socket that drops again and again, and misses nothing', async () => {
    const client = open()
    const shown = watch(client)
    await value(client.signUp(wish('dropped')))
    for (const seen of [1, 2, 3]) {
      await expect.poll(() => shown.at(-1)?.seq ?? 0, patiently).toBeGreaterThanOrEqual(seen)
      network.cut()
    }
    await expect.poll(() => status(client), patiently).toBe('merged')
    const sequence = shown.map(({ seq }) => seq)
    expect(sequence).toEqual(sequence.map((_, index) => (sequence[0] ?? 0) + index))
  })

  test('S8: whose reply was lost, over a reload, is the same session', async () => {
    const keep = new Memory()
    network.loseReplies('/speculative', 2)
    expect(await open(keep).signUp(wish('lost'))).toMatchObject({ error: { code: 'offline' } })
    expect(await open(keep).signUp(wish('lost'))).toMatchObject({ error: { code: 'offline' } })
    const { specId } = await value(open(keep).signUp(wish('lost')))
    expect(await value(open(keep).signUp(wish('lost')))).toEqual({ specId })
    const sessions = async () =>
      await foyer.connect()`SELECT spec_id FROM onboarding_sessions WHERE spec_id = ${specId}`
    await expect.poll(async () => (await sessions()).length, patiently).toBe(1)
    const mails = async () => await codeFor(wish('lost'))
    expect(await mails()).toMatch(/\d/)
  })

  test('B5: comes to its end where sockets are forbidden, and goes back to one when they are not', async () => {
    network.forbidden.add('websocket')
    const client = open()
    const shown = watch(client)
    const ways = new Set<string>()
    client.subscribe(() => ways.add(client.getSnapshot().transport))
    await value(client.signUp(wish('forbidden')))
    await expect.poll(() => status(client), patiently).toBe('merged')
    expect([...ways]).toContain('stream')
    const sequence = shown.map(({ seq }) => seq)
    expect(sequence).toEqual(sequence.map((_, index) => (sequence[0] ?? 0) + index))
    // What is recommended to somebody who is in is asked for, since a stream ends with its run.
    await expect.poll(() => client.getSnapshot().transport, patiently).toBe('polling')
    network.forbidden.clear()
    const isBack = () => {
      online()
      return client.getSnapshot().transport
    }
    await expect.poll(isBack, patiently).toBe('websocket')
  })

  test('B5: comes to its end where only single answers go through', async () => {
    network.forbidden.add('websocket').add('stream')
    const client = open()
    await value(client.signUp(wish('polled')))
    await expect.poll(() => status(client), patiently).toBe('merged')
    await expect.poll(() => client.getSnapshot().transport, patiently).toBe('polling')
    expect(network.seen).toContain('GET /api/onboarding/stream')
  })

  test('B5: that merged while the network was away is known when it is back', async () => {
    const client = open()
    const { specId } = await value(client.signUp(wish('away')))
    network.isDown = true
    network.cut()
    const merged = async () =>
      await foyer.connect()`
        SELECT 1 FROM onboarding_sessions WHERE spec_id = ${specId} AND status = 'merged'`
    await expect.poll(async () => (await merged()).length, patiently).toBe(1)
    expect(status(client)).not.toBe('merged')
    network.isDown = false
    const now = () => {
      online()
      return status(client)
    }
    await expect.poll(now, patiently).toBe('merged')
  })
})

describe('B1: a proof', () => {
  test('B1, B9: makes a member of this session with its draft, in all its tabs, and ends another browser’s', async () => {
    const keep = new Memory()
    const [owner, tab, stranger] = [open(keep), open(keep), open()]
    await value(owner.signUp(wish('owner')))
    keptChanged()
    await value(stranger.signUp(wish('owner')))
    await value(owner.saveDraft({ company: 'Analytical Engines' }))
    await expect
      .poll(() => [status(tab), status(stranger)], patiently)
      .toEqual(['merged', 'merged'])

    const { userId } = await value(owner.claim(await codeFor(wish('owner'))))
    keptChanged()
    expect([person(owner), person(tab)]).toEqual(['member', 'member'])
    expect(await value(tab.me())).toMatchObject({
      userId,
      email: 'owner@example.com',
      profile: { company: 'Analytical Engines' },
    })
    const ended = () => stranger.getSnapshot()
    await expect
      .poll(ended, patiently)
      .toMatchObject({ person: { kind: 'nobody' }, ended: 'elsewhere' })
    await expect.poll(() => owner.getSnapshot().transport, patiently).toBe('websocket')

    await value(owner.logout())
    keptChanged()
    expect([person(owner), person(tab)]).toEqual(['nobody', 'nobody'])
    expect(await tab.me()).toMatchObject({ error: { code: 'unauthorized' } })
  })

  test('B1: whose replies are lost lets the person in all the same', async () => {
    const client = open()
    await value(client.signUp(wish('unheard')))
    const code = await codeFor(wish('unheard'))
    network.loseReplies('/claim', 2)
    expect(await client.claim(code)).toMatchObject({ error: { code: 'offline' } })
    // The server ended the session; that it was this very claim is found out without anybody's doing.
    await expect.poll(() => person(client), patiently).toBe('member')
  })

  test('B1: with a wrong code is none, and the right one still counts', async () => {
    const client = open()
    await value(client.signUp(wish('typo')))
    const code = await codeFor(wish('typo'))
    const wrong = code.replace(/\d/, (digit) => String((Number(digit) + 1) % 10))
    expect(await client.claim(wrong)).toMatchObject({ error: { code: 'code_invalid' } })
    await value(client.claim(code))
    expect(person(client)).toBe('member')
  })
})

describe('B1: tokens', () => {
  const Kept = z.looseObject({ receivedAt: z.number(), refreshToken: z.string() })

  /** As after an hour of sleep. */
  function age(keep: Memory): string {
    const kept = Kept.parse(JSON.parse(keep.getItem('foyer.person') ?? ''))
    keep.setItem('foyer.person', JSON.stringify({ ...kept, receivedAt: Date.now() - 3_600_000 }))
    return kept.refreshToken
  }

  test.each([
    ['with locks', () => {}],
    ['without locks', () => vi.stubGlobal('navigator', {})],
  ])('B1: two tabs that wake together %s stay signed in', async (name, prepare) => {
    prepare()
    const keep = new Memory()
    const [one, other] = [open(keep), open(keep)]
    const who = wish(name.replace(' ', '-'))
    await value(one.signUp(who))
    await value(one.claim(await codeFor(who)))
    keptChanged()
    for (let rounds = 0; rounds < 5; rounds += 1) {
      const spent = age(keep)
      await Promise.all([one.token(), other.token(), one.me(), other.me(), other.token()])
      expect(keep.getItem('foyer.person')).not.toContain(spent)
    }
    expect([person(one), person(other)]).toEqual(['member', 'member'])
    await value(one.me())
    await value(other.me())
    expect(network.seen).toContain('POST /api/auth/refresh')
  })

  test('B1: a refresh whose reply was lost is repeated, and nobody is signed out', async () => {
    const keep = new Memory()
    const client = open(keep)
    await value(client.signUp(wish('refreshed')))
    await value(client.claim(await codeFor(wish('refreshed'))))
    age(keep)
    network.loseReplies('/refresh', 1)
    await value(client.me())
    age(keep)
    await value(client.me())
    expect(person(client)).toBe('member')
  })
})

describe('A1: behaviour', () => {
  const recommended = (client: Client) => client.getSnapshot().recommendation?.recommendationId

  test('A2: events whose reply was lost count once', async () => {
    const client = open()
    const { specId } = await value(client.signUp(wish('events')))
    network.loseReplies('/events', 2)
    client.track({ type: 'page_view', path: '/creating' })
    client.track({ type: 'form_submit', target: 'workspace' })
    const calls = () => network.seen.filter((call) => call === 'POST /api/v1/events').length
    await expect.poll(calls, patiently).toBe(3)
    const events = async () =>
      await foyer.connect()`
        SELECT type FROM behavior_events WHERE person = ${specId} ORDER BY type`
    await expect.poll(async () => (await events()).length, patiently).toBeGreaterThan(0)
    expect((await events()).map(({ type }) => String(type))).toEqual(['form_submit', 'page_view'])
  })

  test('A4: a dismissal that never got through survives a reload, and gets through in the end', async () => {
    const keep = new Memory()
    const client = open(keep)
    await value(client.signUp(wish('dismissed')))
    client.track({ type: 'page_view', path: '/creating' })
    await expect.poll(() => recommended(client), patiently).toBeDefined()
    const dismissed = recommended(client) ?? ''
    client.seen(dismissed)
    network.refuse('/feedback')
    client.dismiss(dismissed)
    expect(recommended(client)).toBeUndefined()
    const tries = () => network.seen.filter((call) => call.endsWith('/feedback')).length
    await expect.poll(tries, patiently).toBeGreaterThan(0)
    client.stop()

    const again = open(keep)
    const shown = new Set<string | undefined>()
    again.subscribe(() => shown.add(recommended(again)))
    await expect.poll(() => again.getSnapshot().checklist ?? status(again), patiently).toBeTruthy()
    expect(shown).not.toContain(dismissed)
    network.allow('/feedback')
    const answered = async () => {
      online()
      const rows = await foyer.connect()`
        SELECT dismissed_at FROM recommendations WHERE id = ${dismissed} AND dismissed_at IS NOT NULL`
      return rows.length
    }
    await expect.poll(answered, patiently).toBe(1)
    expect(shown).not.toContain(dismissed)
  })
})
