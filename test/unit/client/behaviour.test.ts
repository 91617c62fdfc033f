import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RecommendationView } from '../../../src/contract/recommendation.ts'
import { createFoyer } from '../../../client/index.ts'
import { Line, Server, Storage_, browser, pass, problem, token } from './server.ts'

// What people do, and what they do with what they are recommended: once, whatever the network does.

const EVENTS = 'POST /api/v1/events'
const ASK = 'GET /api/v1/recommendation'
const CHECKLIST = 'GET /api/v1/checklist'
const MINUTE_MS = 60_000

interface Sent {
  readonly eventId: string
  readonly userId: string
  readonly sessionId: string
  readonly timestamp: number
  readonly payload: object
}

let server: Server
let page: ReturnType<typeof browser>
let keep: Storage_

const none = () => new Response(null, { status: 204 })
const taken = () => Response.json({ status: 'queued' }, { status: 202 })
const lost = () => Promise.reject(new TypeError('fetch failed'))
const session = () => Response.json({ token: token('spec'), specId: 'spec', expires_in: 300 })

beforeEach(() => {
  keep = new Storage_()
  server = new Server()
    .on('POST /api/onboarding/speculative', session)
    .on('POST /api/onboarding/token', session)
    .on('POST /api/onboarding/claim', () =>
      Response.json({
        token: token('user', 900),
        refreshToken: 'r',
        role: 'member',
        userId: 'user',
      }),
    )
    .on(ASK, none)
    .on(CHECKLIST, none)
    .on(EVENTS, taken)
  page = browser(server)
})

afterEach(() => page.leave())

async function signedUp() {
  const foyer = createFoyer({ keep })
  foyer.start()
  await foyer.signUp({ email: 'jane@example.com', planId: 'pro' })
  await pass(0)
  return foyer
}

const reload = async () => {
  const foyer = createFoyer({ keep })
  foyer.start()
  await pass(0)
  return foyer
}

const reported = () =>
  server.calls(EVENTS).map(({ body }) => (body as { readonly events: readonly Sent[] }).events)

const ids = () => reported().map((events) => events.map(({ eventId }) => eventId))

describe('A1: what somebody does', () => {
  test('A1: goes in one call soon, as theirs, without what they typed in the address', async () => {
    const foyer = await signedUp()
    const at = Date.now()
    foyer.track({ type: 'page_view' })
    foyer.track({ type: 'form_submit', target: 'workspace', error: 'name_taken', path: '/new' })
    expect(server.calls(EVENTS)).toHaveLength(0)
    await pass(2_000)
    expect(reported()).toMatchObject([
      [
        { userId: 'spec', eventType: 'page_view', timestamp: at, payload: { path: '/creating' } },
        { payload: { path: '/new', target: 'workspace', error: 'name_taken' } },
      ],
    ])
    const [[one, other] = []] = reported()
    expect(one?.sessionId).toBe(other?.sessionId)
    expect(one?.eventId).not.toBe(other?.eventId)
  })

  test.each([
    ['the reply was lost', lost],
    ['the queue refused', () => problem(503, 'unavailable', { 'Retry-After': '5' })],
    ['it was too often', () => problem(429, 'rate_limited', { 'Retry-After': '60' })],
    ['the server failed', () => new Response('oops', { status: 500 })],
  ])('A2: is sent again under the same ids when %s', async (_name, answer) => {
    const foyer = await signedUp()
    server.on(EVENTS, answer)
    foyer.track({ type: 'page_view' })
    await pass(2_000)
    server.on(EVENTS, taken)
    await pass(2 * MINUTE_MS)
    const [first, ...later] = ids()
    expect(later).toEqual([first])
  })

  test.each([
    ['is not valid', () => problem(400, 'validation_failed')],
    ['is another’s', () => problem(403, 'forbidden')],
  ])('A1: that %s is not said again', async (_name, answer) => {
    const foyer = await signedUp()
    server.on(EVENTS, answer)
    foyer.track({ type: 'page_view' })
    await pass(10 * MINUTE_MS)
    expect(server.calls(EVENTS)).toHaveLength(1)
  })

  test('A1: more than a hundred go in several calls, each once', async () => {
    const foyer = await signedUp()
    for (let events = 0; events < 250; events += 1) foyer.track({ type: 'button_click' })
    await pass(10_000)
    const all = ids().flat()
    expect(all).toHaveLength(250)
    expect(new Set(all).size).toBe(250)
    for (const call of ids()) expect(call.length).toBeLessThanOrEqual(100)
  })

  test('A1: of nobody is not reported, nor of whom signed out', async () => {
    const foyer = createFoyer({ keep })
    foyer.start()
    foyer.track({ type: 'page_view' })
    await foyer.signUp({ email: 'jane@example.com', planId: 'pro' })
    foyer.track({ type: 'page_view' })
    await foyer.logout()
    await foyer.signUp({ email: 'joe@example.com', planId: 'pro' })
    await pass(10_000)
    expect(server.calls(EVENTS)).toHaveLength(0)
  })

  test('A1: that a page reports before it has started, as effects of children do, is not lost', async () => {
    await signedUp()
    const foyer = createFoyer({ keep })
    foyer.track({ type: 'page_view' })
    foyer.start()
    await pass(2_000)
    expect(ids().flat()).toHaveLength(1)
  })

  test('A1: before a claim, and not sent by then, is the member’s', async () => {
    const foyer = await signedUp()
    foyer.track({ type: 'form_submit', target: 'code' })
    await foyer.claim('12345678')
    await pass(2_000)
    expect(reported().map(([event]) => event?.userId)).toEqual(['user'])
  })

  test('A1: is nothing of whoever comes next, by a link from another mail, nor is the visit', async () => {
    server.on('POST /api/onboarding/resume', () =>
      Response.json({ token: token('joe', 900), refreshToken: 'r', userId: 'joe' }),
    )
    const foyer = await signedUp()
    foyer.track({ type: 'page_view' })
    await pass(2_000)
    server.on('POST /api/v1/recommendations/one/feedback', lost)
    server.on('PATCH /api/onboarding/draft', lost)
    foyer.dismiss('one')
    foyer.snooze('two')
    await foyer.saveDraft({ a: 1 })
    foyer.track({ type: 'button_click' })
    await foyer.resume('of-joe')
    for (const name of ['answers', 'snoozed', 'draft'])
      expect(keep.getItem(`foyer.${name}`)).toBeNull()
    foyer.track({ type: 'page_view' })
    await pass(10_000)
    const [first, second] = reported().flat()
    expect(reported().flat()).toHaveLength(2)
    expect([first?.userId, second?.userId]).toEqual(['spec', 'joe'])
    expect(second?.sessionId).not.toBe(first?.sessionId)
  })

  test('A1: is never sent in the name of somebody who came while it was on its way', async () => {
    const foyer = await signedUp()
    server
      .on('POST /api/onboarding/speculative', () =>
        Response.json({ token: token('joe'), specId: 'joe', expires_in: 300 }),
      )
      .on(EVENTS, async () => {
        await foyer.signUp({ email: 'joe@example.com', planId: 'pro' })
        server.on(EVENTS, taken)
        foyer.track({ type: 'button_click' })
        return problem(401, 'unauthorized')
      })
    foyer.track({ type: 'page_view' })
    await pass(10_000)
    expect(reported().map((events) => events.map(({ userId }) => userId))).toEqual([
      ['spec'],
      ['joe'],
    ])
    expect(new Set(ids().flat()).size).toBe(2)
  })

  test('A1: right before the page is left goes at once, and outlives it', async () => {
    const foyer = await signedUp()
    foyer.track({ type: 'page_view' })
    page.show('hidden')
    page.page.dispatchEvent(new Event('pagehide'))
    await pass(0)
    expect(server.calls(EVENTS).map(({ keepalive }) => keepalive)).toEqual([true])
    await pass(10_000)
    expect(server.calls(EVENTS)).toHaveLength(1)
  })

  test('A1: right before the page is left costs no refresh, whose reply nobody would read', async () => {
    const refresh = 'POST /api/auth/refresh'
    server.on(refresh, () =>
      Response.json({ token: token('user', 900), refreshToken: 's', userId: 'user' }),
    )
    const foyer = await signedUp()
    await foyer.claim('12345678')
    await pass(MINUTE_MS)
    vi.setSystemTime(Date.now() + 60 * MINUTE_MS)
    foyer.track({ type: 'page_view' })
    page.show('hidden')
    page.page.dispatchEvent(new Event('pagehide'))
    await pass(0)
    expect(server.calls(refresh)).toHaveLength(0)
    expect(server.calls(EVENTS)).toHaveLength(0)
    // The page came back, or was only hidden.
    await pass(2_000)
    expect(server.calls(refresh)).toHaveLength(1)
    expect(ids().flat()).toHaveLength(1)
  })

  test('A1: that is refused right before the page is left waits for a page that comes back', async () => {
    const renew = 'POST /api/onboarding/token'
    const foyer = await signedUp()
    server.on(EVENTS, () => problem(401, 'unauthorized'))
    foyer.track({ type: 'page_view' })
    page.show('hidden')
    await pass(0)
    expect(server.calls(EVENTS)).toHaveLength(1)
    expect(server.calls(renew)).toHaveLength(0)
    server.on(EVENTS, taken)
    await pass(2_000)
    const [first, ...later] = ids()
    expect(later).toEqual([first])
  })

  test('A1: of which much waits, never makes more than 64 KiB outlive the page', async () => {
    const foyer = await signedUp()
    server.on(EVENTS, ({ signal }) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
      })
    })
    const path = '/'.padEnd(500, 'ä')
    for (let events = 0; events < 200; events += 1) foyer.track({ type: 'button_click', path })
    await pass(2_000)
    for (let times = 0; times < 10; times += 1) {
      page.show('hidden')
      page.page.dispatchEvent(new Event('pagehide'))
      await pass(10)
    }
    const bytes = server
      .calls(EVENTS)
      .filter(({ keepalive }) => keepalive)
      .map(({ body }) => new TextEncoder().encode(JSON.stringify(body)).length)
    expect(bytes.length).toBeGreaterThan(0)
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(65_536)
  })

  test('A1: is of one visit over a reload, and of another in another tab', async () => {
    const foyer = await signedUp()
    foyer.track({ type: 'page_view' })
    await pass(2_000)
    const again = await reload()
    again.track({ type: 'page_view' })
    await pass(2_000)
    vi.stubGlobal('sessionStorage', new Storage_())
    const other = await reload()
    other.track({ type: 'page_view' })
    await pass(2_000)
    const [first, second, third] = reported().map(([event]) => event?.sessionId)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })
})

const view = (recommendationId: string): RecommendationView => ({
  recommendationId,
  recommendation: 'Name your workspace.',
  ui_component: 'tooltip',
  action: { id: 'name', title: 'Name it', path: '/workspace' },
  confidence: 0.5,
  arm: 'moderate',
  source: 'rules',
  validation_hash: '000000000000',
  prompt_version: 'rules/1',
})

const feedback = (id: string) => `POST /api/v1/recommendations/${id}/feedback`
const kinds = (id: string) =>
  server.calls(feedback(id)).map(({ body }) => (body as { readonly kind: string }).kind)

describe('A4: a recommendation', () => {
  const shown = (foyer: ReturnType<typeof createFoyer>) =>
    foyer.getSnapshot().recommendation?.recommendationId

  beforeEach(() => {
    server.on(ASK, () => Response.json(view('one')))
    server.on(feedback('one'), taken)
  })

  test('A4: that stands is there, a pushed one takes its place, a withdrawn one goes', async () => {
    const foyer = await signedUp()
    expect(foyer.getSnapshot().recommendation).toEqual(view('one'))
    Line.last.deliver({ type: 'recommendation', ...view('two') })
    expect(foyer.getSnapshot().recommendation).toEqual(view('two'))
    Line.last.deliver({ type: 'recommendation_withdrawn', recommendationId: 'one' })
    expect(shown(foyer)).toBe('two')
    Line.last.deliver({ type: 'recommendation_withdrawn', recommendationId: 'two' })
    expect(shown(foyer)).toBeUndefined()
  })

  test('A4: that was asked for does not overtake one that was pushed meanwhile', async () => {
    let answer = (_response: Response) => {}
    server.on(ASK, () => new Promise<Response>((resolve) => (answer = resolve)))
    const foyer = await signedUp()
    Line.last.deliver({ type: 'recommendation', ...view('two') })
    answer(Response.json(view('one')))
    await pass(0)
    expect(shown(foyer)).toBe('two')
  })

  test('A7: is seen, clicked and dismissed once each, however often a page says so', async () => {
    const foyer = await signedUp()
    for (let times = 0; times < 3; times += 1) {
      foyer.seen('one')
      foyer.clicked('one')
      foyer.dismiss('one')
    }
    await pass(MINUTE_MS)
    ;(await reload()).seen('one')
    await pass(MINUTE_MS)
    expect(kinds('one').toSorted()).toEqual(['click', 'dismiss', 'impression'])
  })

  test('A4: that was seen stays; one that was dismissed goes at once', async () => {
    const foyer = await signedUp()
    foyer.seen('one')
    expect(shown(foyer)).toBe('one')
    foyer.dismiss('one')
    expect(shown(foyer)).toBeUndefined()
  })

  test('A4: that was dismissed while the server was away stays away after a reload, and the server is told', async () => {
    const foyer = await signedUp()
    server.on(feedback('one'), lost)
    foyer.dismiss('one')
    await pass(1_000)
    foyer.stop()
    const again = await reload()
    expect(shown(again)).toBeUndefined()
    expect(server.calls(ASK).length).toBeGreaterThan(1)
    server.on(feedback('one'), taken)
    await pass(MINUTE_MS)
    const tries = kinds('one').length
    expect(tries).toBeGreaterThan(1)
    await pass(10 * MINUTE_MS)
    expect(kinds('one')).toHaveLength(tries)
  })

  test('A4: of which the server knows nothing any more does not hold up the others', async () => {
    const foyer = await signedUp()
    server.on(feedback('old'), () => problem(404, 'not_found')).on(feedback('one'), taken)
    foyer.dismiss('old')
    foyer.seen('one')
    await pass(MINUTE_MS)
    expect(kinds('old')).toHaveLength(1)
    expect(kinds('one')).toEqual(['impression'])
  })

  test('A4: that was put off is away for half an hour, also after a reload, and the server is not told', async () => {
    const foyer = await signedUp()
    foyer.snooze('one')
    expect(shown(foyer)).toBeUndefined()
    const again = await reload()
    expect(shown(again)).toBeUndefined()
    await pass(30 * MINUTE_MS)
    expect(shown(foyer)).toBe('one')
    expect(shown(again)).toBe('one')
    expect(server.calls(feedback('one'))).toHaveLength(0)
  })
})

describe('A4: the checklist', () => {
  const list = { items: [{ id: 'a', title: 'A', path: '/a', done: false }] }

  test('A4: is asked for again after events were taken, a claim and another recommendation, once for what comes together', async () => {
    server.on(CHECKLIST, () => Response.json(list))
    const foyer = await signedUp()
    await pass(5_000)
    expect(foyer.getSnapshot().checklist).toEqual(list)
    const before = server.calls(CHECKLIST).length
    foyer.track({ type: 'page_view' })
    Line.last.deliver(
      { type: 'recommendation', ...view('a') },
      { type: 'recommendation', ...view('b') },
    )
    await pass(1_000)
    await foyer.claim('12345678')
    await pass(10_000)
    const calls = server.calls(CHECKLIST).length - before
    expect(calls).toBeGreaterThan(0)
    expect(calls).toBeLessThanOrEqual(2)
  })

  test('A4: of somebody who has signed out is not shown any more, however late it comes', async () => {
    let reply = (_answer: Response) => {}
    server.on(CHECKLIST, () => new Promise<Response>((resolve) => (reply = resolve)))
    const foyer = await signedUp()
    await pass(5_000)
    expect(server.calls(CHECKLIST)).toHaveLength(1)
    await foyer.logout()
    reply(Response.json(list))
    await pass(0)
    expect(foyer.getSnapshot().checklist).toBeNull()
  })

  test('A4: that is none is none, and a server without it is not asked again and again', async () => {
    server.on(CHECKLIST, () => problem(404, 'not_found'))
    const foyer = await signedUp()
    await pass(10 * MINUTE_MS)
    expect(foyer.getSnapshot().checklist).toBeNull()
    expect(server.calls(CHECKLIST)).toHaveLength(1)
  })
})

describe('B9: a draft', () => {
  const DRAFT = 'PATCH /api/onboarding/draft'
  const bodies = () => server.calls(DRAFT).map(({ body }) => body)
  const merged = () => Response.json({ draft: Object.assign({}, ...bodies()) as object })

  test('B9: that found no network is sent when it is back, with what was said since', async () => {
    const foyer = await signedUp()
    server.on(DRAFT, lost)
    expect(await foyer.saveDraft({ company: 'A', size: 3 })).toMatchObject({
      error: { code: 'offline' },
    })
    expect(await foyer.saveDraft({ company: 'B' })).toMatchObject({ ok: false })
    foyer.stop()
    server.on(DRAFT, merged)
    await reload()
    await pass(0)
    expect(bodies().at(-1)).toEqual({ company: 'B', size: 3 })
    const calls = bodies().length
    await pass(10 * MINUTE_MS)
    expect(bodies()).toHaveLength(calls)
  })

  test('B9: that found no network is tried again by itself, and the page knows how it stands', async () => {
    const foyer = await signedUp()
    server.on(DRAFT, lost)
    await foyer.saveDraft({ a: 1 })
    expect(foyer.getSnapshot().draftProblem).toMatchObject({ code: 'offline' })
    // Each waits for twice as long as the one before.
    await pass(1_000)
    expect(bodies()).toHaveLength(2)
    await pass(1_999)
    expect(bodies()).toHaveLength(2)
    server.on(DRAFT, merged)
    await pass(1)
    expect(foyer.getSnapshot().draftProblem).toBeNull()
    expect(bodies()).toEqual([{ a: 1 }, { a: 1 }, { a: 1 }])
  })

  test('B9: that another tab could send is sent by it alone, and this one knows', async () => {
    const foyer = await signedUp()
    server.on(DRAFT, lost)
    await foyer.saveDraft({ a: 1 })
    server.on(DRAFT, merged)
    await reload()
    await pass(MINUTE_MS)
    expect(bodies()).toHaveLength(2)
    expect(foyer.getSnapshot().draftProblem).toBeNull()
  })

  test('B9: that is refused when it is tried again is told, and tried no more', async () => {
    const foyer = await signedUp()
    server.on(DRAFT, lost)
    await foyer.saveDraft({ a: 1 })
    server.on(DRAFT, () => problem(400, 'validation_failed'))
    await pass(10 * MINUTE_MS)
    expect(foyer.getSnapshot().draftProblem).toMatchObject({ code: 'validation_failed' })
    expect(bodies()).toHaveLength(2)
  })

  test('B9: the time that the server asks for is given to it', async () => {
    const foyer = await signedUp()
    server.on(DRAFT, () => problem(429, 'rate_limited', { 'Retry-After': '60' }))
    await foyer.saveDraft({ a: 1 })
    await pass(MINUTE_MS - 1)
    expect(bodies()).toHaveLength(1)
    await pass(1_001)
    expect(bodies()).toHaveLength(2)
  })

  test('B9: what is said while another is on its way is not lost', async () => {
    const foyer = await signedUp()
    const replies: (() => void)[] = []
    server.on(DRAFT, () => new Promise((resolve) => replies.push(() => resolve(merged()))))
    const first = foyer.saveDraft({ a: 1 })
    await pass(0)
    const second = foyer.saveDraft({ a: 2, b: 1 })
    await pass(0)
    // One at a time, so that the older cannot arrive last.
    expect(bodies()).toEqual([{ a: 1 }])
    replies[0]?.()
    await first
    await pass(0)
    replies[1]?.()
    await second
    expect(bodies()).toEqual([{ a: 1 }, { a: 2, b: 1 }])
    expect(keep.getItem('foyer.draft')).toBeNull()
  })

  test.each([
    ['is refused', () => problem(400, 'validation_failed')],
    ['was changed too often', () => problem(429, 'rate_limited')],
  ])('B9: that %s is not sent again', async (_name, answer) => {
    const foyer = await signedUp()
    server.on(DRAFT, answer)
    expect(await foyer.saveDraft({ a: 1 })).toMatchObject({ ok: false })
    await pass(10 * MINUTE_MS)
    expect(bodies()).toHaveLength(1)
  })

  test('B9: that is too much is refused here, and changes nothing', async () => {
    const foyer = await signedUp()
    server.on(DRAFT, lost)
    await foyer.saveDraft({ a: 1 })
    const answer = await foyer.saveDraft({ b: 'x'.repeat(17_000) })
    expect(answer).toMatchObject({ error: { code: 'payload_too_large' } })
    expect(keep.getItem('foyer.draft')).not.toContain('xxx')
  })

  test('B9: that waits for its next try is sent before a claim, which makes it too late', async () => {
    const foyer = await signedUp()
    server.on(DRAFT, lost)
    await foyer.saveDraft({ a: 1 })
    server.on(DRAFT, merged)
    expect(await foyer.claim('12345678')).toMatchObject({ ok: true })
    const said = server.seen.map(({ method, path }) => `${method} ${path}`)
    expect(said.lastIndexOf(DRAFT)).toBeLessThan(said.indexOf('POST /api/onboarding/claim'))
    expect(bodies()).toEqual([{ a: 1 }, { a: 1 }])
    expect(keep.getItem('foyer.draft')).toBeNull()
  })

  test('B9: that hangs holds up a claim for two seconds and no longer', async () => {
    const foyer = await signedUp()
    server.on(DRAFT, () => new Promise<Response>(() => {}))
    void foyer.saveDraft({ a: 1 })
    const claim = foyer.claim('12345678')
    await pass(2_000)
    expect(await claim).toMatchObject({ ok: true })
    // It can no longer be sent, so nobody needs it.
    expect(keep.getItem('foyer.draft')).toBeNull()
  })

  test('B9: of another session is nobody’s', async () => {
    const foyer = await signedUp()
    server.on(DRAFT, lost)
    await foyer.saveDraft({ a: 1 })
    server
      .on(DRAFT, merged)
      .on('POST /api/onboarding/speculative', () =>
        Response.json({ token: token('other'), specId: 'other', expires_in: 300 }),
      )
    await foyer.signUp({ email: 'joe@example.com', planId: 'pro' })
    expect(foyer.getSnapshot().draftProblem).toBeNull()
    await foyer.saveDraft({ b: 2 })
    expect(bodies().at(-1)).toEqual({ b: 2 })
  })

  const joe = () =>
    server.on('POST /api/onboarding/speculative', () =>
      Response.json({ token: token('other'), specId: 'other', expires_in: 300 }),
    )

  test('B9: whose answer comes late takes nothing from whoever came next', async () => {
    const foyer = await signedUp()
    let reply = (_answer: Response) => {}
    server.on(DRAFT, () => new Promise<Response>((resolve) => (reply = resolve)))
    const janes = foyer.saveDraft({ a: 1 })
    await pass(0)
    joe()
    await foyer.signUp({ email: 'joe@example.com', planId: 'pro' })
    const joes = foyer.saveDraft({ a: 1 })
    server.on(DRAFT, lost)
    reply(problem(400, 'validation_failed'))
    await Promise.all([janes, joes])
    expect(foyer.getSnapshot().draftProblem).toMatchObject({ code: 'offline' })
    server.on(DRAFT, merged)
    await pass(MINUTE_MS)
    expect(server.calls(DRAFT)).toHaveLength(3)
    expect(keep.getItem('foyer.draft')).toBeNull()
    expect(foyer.getSnapshot().draftProblem).toBeNull()
  })

  test('B9: is never sent in the name of somebody who came while it was on its way', async () => {
    const foyer = await signedUp()
    joe()
    server.on(DRAFT, async () => {
      await foyer.signUp({ email: 'joe@example.com', planId: 'pro' })
      return problem(401, 'unauthorized')
    })
    expect(await foyer.saveDraft({ a: 1 })).toMatchObject({ error: { code: 'unauthorized' } })
    await pass(10 * MINUTE_MS)
    expect(bodies()).toEqual([{ a: 1 }])
    expect(foyer.getSnapshot()).toMatchObject({ person: { specId: 'other' }, draftProblem: null })
  })
})
