import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished } from 'vitest'
import { z } from 'zod'
import { chronicle } from '../support/browser/chronicle.ts'
import { type Network, openNetwork } from '../support/browser/network.ts'
import { untilAlive } from '../support/browser/open.ts'
import { signUp } from '../support/browser/person.ts'
import { browserTest } from '../support/browser/test.ts'
import type { Foyer } from '../support/foyer.ts'
import { setFault } from '../support/local-services.ts'

// How the page of an account that comes true keeps up with it, on bad networks and in bad times.

const test = browserTest()

/** What browsers say of connections that were cut or refused, and what the client makes of it. */
const CUT = [/WebSocket connection to/, /net::ERR_/]

const READY = 'Your account is ready.'

async function unreliable(): Promise<Network> {
  const network = await openNetwork()
  onTestFinished(() => network.close())
  return network
}

type Fault = Parameters<typeof setFault>[1]

/** Until it is taken back, or the test ends. */
async function billingFails(foyer: Foyer, fault: Fault): Promise<() => Promise<void>> {
  const takeBack = () => setFault(foyer.url('billing'), null)
  onTestFinished(takeBack)
  await setFault(foyer.url('billing'), fault)
  return takeBack
}

const AWAY = { kind: 'reject' } as const

const Frame = z.object({ type: z.literal('status'), seq: z.int() })

/** The numbers of the statuses that sockets bring to the page as it was loaded last. */
function framesOf(page: Page): readonly number[] {
  const seqs: number[] = []
  page.on('framenavigated', () => (seqs.length = 0))
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const text = String(payload)
      const frame = Frame.safeParse(text.startsWith('{') ? JSON.parse(text) : null)
      if (frame.success) seqs.push(frame.data.seq)
    })
  })
  return seqs
}

/** The same for streams. */
const streamedBy = (network: Network): readonly number[] =>
  [...network.streamed().matchAll(/^id: (\d+)$/gm)].map(([, seq]) => Number(seq))

/** From the snapshot that it begins with to the last, each once. */
function expectWhole(seqs: readonly number[], last: number): void {
  const inOrder = seqs.toSorted((one, other) => one - other)
  const first = inOrder[0] ?? last
  expect(inOrder).toEqual(Array.from({ length: last - first + 1 }, (_, at) => first + at))
}

const RANKS = ['waiting', 'under way', 'done']

/** How far each step was, in each line that shows them. */
const progress = (lines: readonly string[]): readonly (readonly number[])[] =>
  lines.flatMap((line) => {
    const states = [...line.matchAll(/(?:Identity|Billing|Account) ?(waiting|under way|done)/g)]
    return states.length === 3 ? [states.map(([, state = '']) => RANKS.indexOf(state))] : []
  })

function expectForward(lines: readonly string[]): void {
  const shown = progress(lines)
  expect(shown.length).toBeGreaterThan(1)
  for (const [at, states] of shown.entries()) {
    const before = shown[at - 1] ?? states
    expect(states.every((rank, step) => rank >= (before[step] ?? 0))).toBe(true)
  }
}

const said = (lines: readonly string[], words: string) => (): boolean =>
  lines.some((line) => line.includes(words))

const stepIs = (page: Page, name: string, state: string): Promise<void> =>
  page.getByRole('listitem').filter({ hasText: name }).filter({ hasText: state }).waitFor()

describe('B5: on a bad network', () => {
  test('what is said while it is away is made up for: each status once, in order', async ({
    foyer,
    visit,
  }) => {
    const network = await unreliable()
    const { context, page } = await visit({ proxy: network.proxy, expected: CUT })
    const heal = await billingFails(foyer, AWAY)
    await signUp(page, 'cut@example.com')
    const [lines, frames] = [await chronicle(context), framesOf(page)]
    await page.reload()
    await stepIs(page, 'Identity', 'done')
    const letGo = network.hold()
    network.cut()
    await heal()
    const { token } = await keptBy(page)
    await expect.poll(async () => (await viewOf(foyer, token)).status).toBe('merged')
    const before = frames.length
    letGo()
    await expect.poll(said(lines, READY)).toBe(true)
    expect(before).toBeGreaterThan(0)
    expectWhole([...frames, ...streamedBy(network)], (await viewOf(foyer, token)).seq)
    expectForward(lines)
  })

  test('where no socket gets through, a stream brings it', async ({ foyer, visit }) => {
    const network = await unreliable()
    network.refuse(/^SOCKET/)
    const { context, page } = await visit({ proxy: network.proxy, expected: CUT })
    const lines = await chronicle(context)
    const heal = await billingFails(foyer, AWAY)
    await signUp(page, 'stream@example.com')
    await page.getByText('Live, over a simpler line.').waitFor()
    await stepIs(page, 'Identity', 'done')
    const { token } = await keptBy(page)
    network.cut()
    await heal()
    await expect.poll(said(lines, READY)).toBe(true)
    expectWhole(streamedBy(network), (await viewOf(foyer, token)).seq)
    expectForward(lines)
  })

  test('where no stream does either, it is asked for', async ({ foyer, visit }) => {
    const network = await unreliable()
    network.refuse(/^SOCKET|\/stream/)
    const { context, page } = await visit({ proxy: network.proxy, expected: CUT })
    const lines = await chronicle(context)
    const heal = await billingFails(foyer, AWAY)
    await signUp(page, 'polling@example.com')
    await page.getByText('this network lets nothing live through').waitFor()
    await stepIs(page, 'Identity', 'done')
    await heal()
    await expect.poll(said(lines, READY)).toBe(true)
    expect(streamedBy(network)).toEqual([])
    expectForward(lines)
  })
})

describe('S14: a page that is loaded again', () => {
  test('goes on from wherever the account is: in line, under way, ready', async ({
    foyer,
    visit,
  }) => {
    const { page } = await visit()
    const heal = await billingFails(foyer, AWAY)
    expect(await foyer.run('service.ts', 'stop', 'database')).toBe(0)
    onTestFinished(async () => void (await foyer.run('service.ts', 'start', 'database')))
    await signUp(page, 'reload@example.com')
    for (let times = 0; times < 2; times += 1) {
      await page.getByText('Your account is next in line.').waitFor()
      await page.reload()
    }
    expect(await foyer.run('service.ts', 'start', 'database')).toBe(0)
    for (let times = 0; times < 2; times += 1) {
      await page.getByText('Building your account.').waitFor()
      await stepIs(page, 'Identity', 'done')
      await page.reload()
    }
    await heal()
    await page.waitForURL('**/dashboard')
    await page.goto('/creating')
    await page.waitForURL('**/dashboard')
  })

  test('S6: shows what failed, and the way on leads to an account', async ({ foyer, visit }) => {
    const { page } = await visit()
    const heal = await billingFails(foyer, { kind: 'status', status: 400 })
    await signUp(page, 'failed@example.com')
    for (let times = 0; times < 2; times += 1) {
      await page.getByText('Your account could not be built.').waitFor()
      await page.getByRole('alert').filter({ hasText: 'Nothing was charged' }).waitFor()
      await page.reload()
    }
    await heal()
    await page.getByRole('link', { name: 'Try again' }).click()
    await untilAlive(page)
    await expect.poll(() => page.getByLabel('Email').inputValue()).toBe('failed@example.com')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/dashboard')
  })
})

const Kept = z.object({ token: z.string() })
const View = z.object({ status: z.string(), seq: z.int() })

async function keptBy(page: Page) {
  const kept = await page.evaluate(() => localStorage.getItem('foyer.person'))
  return Kept.parse(JSON.parse(kept ?? '{}'))
}

/** What the server itself says of a session. */
async function viewOf(foyer: Foyer, token: string) {
  const response = await fetch(`${foyer.url('app')}/api/onboarding/session`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  return View.parse(await response.json())
}
