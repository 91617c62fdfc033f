import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { z } from 'zod'
import { violationsOn } from '../support/browser/accessibility.ts'
import { overflow, screenshot } from '../support/browser/layout.ts'
import { browserTest } from '../support/browser/test.ts'
import { type Foyer, patiently } from '../support/foyer.ts'
import { people, signUp, untilMerged } from '../support/people.ts'

const test = browserTest({ USER_LIMIT_PER_MINUTE: '0' })

/** Until somebody comes in, the server has to say no. */
const REFUSED_AT_THE_DOOR = [/401 \(Unauthorized\)/]

const Secrets = z.object({ ADMIN_TOKEN: z.string() })

const AREAS = [
  'Overview',
  'Sessions',
  'Dead letters',
  'Learning',
  'Model',
  'Providers',
  'People',
  'Audit',
] as const

async function comeIn(page: Page, foyer: Foyer): Promise<void> {
  const { ADMIN_TOKEN } = Secrets.parse(JSON.parse(foyer.secrets()))
  await page.goto('/admin')
  await page.getByLabel('Admin token').fill(ADMIN_TOKEN)
  await page.getByRole('button', { name: 'Come in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

const goTo = (page: Page, area: (typeof AREAS)[number]) =>
  page.getByRole('navigation').getByRole('link', { name: area }).click()

async function billing(foyer: Foyer, fault: object | null): Promise<void> {
  const answer = await fetch(`${foyer.url('billing')}/_control`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ fault }),
  })
  expect(answer.status).toBe(200)
}

/** In somebody's name, and for a reason. */
async function order(page: Page, button: string, reason: string): Promise<void> {
  await page.getByRole('button', { name: button }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Who you are').fill('ada')
  await dialog.getByLabel('Why').fill(reason)
  await dialog.getByRole('button', { name: button }).click()
  await dialog.waitFor({ state: 'detached' })
}

test('X48: the page is a shell: without the token it shows nothing and asks for it', async ({
  visit,
}) => {
  const { page } = await visit({ expected: REFUSED_AT_THE_DOOR })
  await page.goto('/admin')
  await page.getByLabel('Admin token').fill('not-the-token-but-as-long-as-it-is')
  await page.getByRole('button', { name: 'Come in' }).click()
  await page.getByRole('alert').filter({ hasText: 'valid token' }).waitFor()
  expect(await page.getByRole('navigation').count()).toBe(0)
})

test('B10, B14: billing is away, then refuses, then is mended, while an operator watches and replays', async ({
  foyer,
  visit,
}) => {
  const { page } = await visit({ expected: REFUSED_AT_THE_DOOR })
  await comeIn(page, foyer)
  await page.getByText('billing serves').waitFor()

  expect(await foyer.run('service.ts', 'stop', 'billing')).toBe(0)
  const early = await Promise.all(people('away-', 8).map((email) => signUp(foyer, email)))
  await page.getByText(/billing (?:half )?open/).waitFor()
  const pending = page.locator('.figure').filter({ hasText: 'Pending' }).locator('strong')
  await expect.poll(() => pending.textContent(), patiently).toBe(String(early.length))
  await screenshot(page, 'admin-overview-breaker')
  await goTo(page, 'Providers')
  await page.getByText(/calls in a row were not served/).waitFor()

  expect(await foyer.run('service.ts', 'start', 'billing')).toBe(0)
  await untilMerged(foyer, early)
  await page.getByText('is taken for down').waitFor({ state: 'detached' })

  await billing(foyer, { kind: 'status', status: 400 })
  const refused = await Promise.all(people('refused-', 12).map((email) => signUp(foyer, email)))
  await goTo(page, 'Dead letters')
  const group = page.getByRole('row').filter({ hasText: 'billing' })
  await expect.poll(() => group.getByRole('cell').nth(4).textContent(), patiently).toBe('12')
  await screenshot(page, 'admin-dead-letters')
  await group.getByRole('link').click()
  await page.getByText('For each of them:').waitFor()

  await order(page, 'Replay', 'to see that it still fails')
  await page.getByText(/Stopped: recurrence/).waitFor()
  await billing(foyer, null)
  await order(page, 'Replay', 'the price is back')
  await page.getByText('done', { exact: true }).waitFor()
  await screenshot(page, 'admin-replay')
  await untilMerged(foyer, refused)

  await goTo(page, 'Dead letters')
  await page.getByText('nothing waits for a person').waitFor()
  await goTo(page, 'Audit')
  await page.getByRole('cell', { name: 'to see that it still fails' }).waitFor()
  await page.getByRole('cell', { name: 'the price is back' }).waitFor()
  await screenshot(page, 'admin-audit')
})

test('B2, B10: a session is found by its address, and tells its whole life and why it waits', async ({
  foyer,
  visit,
}) => {
  const { page } = await visit({ expected: REFUSED_AT_THE_DOOR })
  const session = await signUp(foyer, 'stuck@example.com')
  await untilMerged(foyer, [session])
  await comeIn(page, foyer)
  await goTo(page, 'Sessions')
  await page.getByLabel('Address or id').fill('Stuck@Example.com')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByText('stuck@example.com', { exact: true }).waitFor()
  await page.getByRole('link', { name: session.specId }).click()
  await page.getByText('the person has not shown yet that the address is theirs').waitFor()
  await page.getByText('session opened').waitFor()
  expect(await page.getByText('step done').count()).toBe(3)
  expect(page.url()).not.toContain('example.com')
  await screenshot(page, 'admin-session')
})

test('B7: somebody is told what is held of them, and erased, with a receipt', async ({
  foyer,
  visit,
}) => {
  const { page } = await visit({ expected: REFUSED_AT_THE_DOOR })
  const session = await signUp(foyer, 'leaves@example.com')
  await untilMerged(foyer, [session])
  await comeIn(page, foyer)
  await goTo(page, 'People')
  await page.getByLabel('Who', { exact: true }).fill('leaves@example.com')
  const download = page.waitForEvent('download')
  await order(page, 'Export', 'asked for it in a letter')
  expect((await download).suggestedFilename()).toBe('export.json')
  expect(await readFile(await (await download).path(), 'utf8')).toContain(session.specId)

  await order(page, 'Erase', 'asked for it in a letter')
  await page.getByText(/^Signed/).waitFor()
  for (const store of ['object', 'account', 'billing', 'identity', 'archive']) {
    await page.getByRole('cell', { name: store, exact: true }).waitFor()
  }
  await screenshot(page, 'admin-erasure')
  const [row] = await foyer.connect()`SELECT 1 FROM users WHERE email = 'leaves@example.com'`
  expect(row).toBeUndefined()
})

test('everybody can use every area, wide and narrow, in light and dark', async ({
  foyer,
  visit,
}) => {
  const { page } = await visit({ expected: REFUSED_AT_THE_DOOR })
  await comeIn(page, foyer)
  for (const area of AREAS) {
    await goTo(page, area)
    await page.getByRole('heading', { level: 1, name: area }).waitFor()
    await page.getByRole('heading', { level: 2 }).first().waitFor()
    await expect.poll(() => page.getByText('One moment …').count(), patiently).toBe(0)
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme })
      // What was drawn for a larger window, or before its figures came, settles within moments.
      await expect.poll(() => overflow(page), patiently).toBeLessThanOrEqual(0)
      await expect.poll(() => violationsOn(page), patiently).toEqual([])
      await screenshot(page, `admin-${area.toLowerCase().replace(' ', '-')}-${width}`)
    }
  }
})
