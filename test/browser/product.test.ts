import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { z } from 'zod'
import { violationsOn } from '../support/browser/accessibility.ts'
import { codeFor } from '../support/browser/inbox.ts'
import { SIZES, overflow, screenshot } from '../support/browser/layout.ts'
import { open } from '../support/browser/open.ts'
import { becomeMember, pressClaim, signUp } from '../support/browser/person.ts'
import { showAs } from '../support/browser/shown-as.ts'
import { browserTest } from '../support/browser/test.ts'
import { SESSION_ENDS } from '../support/browser/visitor.ts'
import type { Foyer } from '../support/foyer.ts'

// What people see of what is recommended to them, and what becomes of their answers.

const test = browserTest()

const Kept = z.object({ userId: z.uuid() })

/** The member that this browser acts for. */
async function memberOf(page: Page): Promise<string> {
  const kept = await page.evaluate(() => localStorage.getItem('foyer.person'))
  return Kept.parse(JSON.parse(kept ?? '{}')).userId
}

/** Of all recommendations to a person, how many have been seen, followed and waved away. */
async function answers(foyer: Foyer, person: string) {
  const [row] = await foyer.connect()`
    SELECT count(exposed_at)::int AS seen, count(clicked_at)::int AS clicked,
      count(dismissed_at)::int AS dismissed
    FROM recommendations WHERE person = ${person}`
  return row
}

/** What is said to the server about recommendations from now on, by its kind. */
function told(page: Page): readonly string[] {
  const kinds: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !request.url().endsWith('/feedback')) return
    kinds.push(z.object({ kind: z.string() }).parse(request.postDataJSON()).kind)
  })
  return kinds
}

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')

const isWithin = (page: Page, selector: string): Promise<boolean> =>
  page.evaluate((within) => document.activeElement?.closest(within) instanceof Element, selector)

/** What a tooltip about the first project points at. */
const newProject = (page: Page) =>
  page.getByRole('main').getByRole('link', { name: 'New project' }).first()

const MODAL = '.foyer-modal'
const TOOLTIP = '.foyer-tooltip'
const HINT = '.foyer-sidebar-hint'

test('A1, B1, S14: from the address by the code to a project, and on to what is recommended next', async ({
  foyer,
  visit,
}) => {
  const { page } = await visit({ expected: SESSION_ENDS })
  await signUp(page, 'whole-way@example.com')
  await page.waitForURL('**/dashboard')
  await open(page, '/claim')
  await pressClaim(page, await codeFor(foyer, 'whole-way@example.com'))
  await page.waitForURL('**/dashboard')
  await open(page, '/projects/new')
  await page.getByLabel('Name').fill('The first one')
  await page.getByRole('button', { name: 'Create project' }).click()
  await page.getByRole('heading', { name: 'The first one' }).waitFor()
  const next = page.locator('.foyer-primary')
  const path = await next.getAttribute('href')
  await next.click()
  await page.waitForURL(`**${path}`)

  const person = await memberOf(page)
  const submitted = () => foyer.connect()`
    SELECT target FROM behavior_events WHERE person = ${person} AND type = 'form_submit'`
  await expect.poll(submitted).toEqual([{ target: 'project' }])
  await expect.poll(() => answers(foyer, person)).toMatchObject({ clicked: 1 })
})

describe('A6, S14: a recommendation', () => {
  test('as a modal keeps the focus, gives it back at Escape, and comes back no sooner for a reload', async ({
    foyer,
    visit,
  }) => {
    const { context, page } = await visit({ expected: SESSION_ENDS })
    await showAs(context, 'modal')
    await becomeMember(foyer, page, 'modal@example.com')
    await newProject(page).focus()
    const modal = page.locator(MODAL)
    await modal.waitFor()
    // More often than it has buttons: at either end the focus is led back.
    for (let times = 0; times < 6; times += 1) {
      await expect.poll(() => isWithin(page, MODAL)).toBe(true)
      await page.keyboard.press('Tab')
    }
    expect(await violationsOn(page)).toEqual([])
    await screenshot(page, 'modal')
    await page.keyboard.press('Escape')
    await modal.waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('New project')
    await Promise.all([page.waitForResponse('**/api/v1/recommendation'), page.reload()])
    // Longer than it waits for a quiet moment.
    await page.waitForTimeout(2_500)
    expect(await modal.count()).toBe(0)
  })

  test('as a tooltip takes no focus; Tab leads from what it points at into it, Escape back', async ({
    foyer,
    visit,
  }) => {
    const { context, page } = await visit({ expected: SESSION_ENDS })
    await showAs(context, 'tooltip')
    await becomeMember(foyer, page, 'tooltip@example.com')
    const tooltip = page.locator(TOOLTIP)
    await tooltip.waitFor()
    expect(await isWithin(page, TOOLTIP)).toBe(false)
    expect(await violationsOn(page)).toEqual([])
    await screenshot(page, 'tooltip')
    await newProject(page).focus()
    await page.keyboard.press('Tab')
    await expect.poll(() => isWithin(page, TOOLTIP)).toBe(true)
    await page.keyboard.press('Escape')
    await tooltip.waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('New project')
  })

  test('I: as a hint is counted as seen once, and waved away by the keyboard for good', async ({
    foyer,
    visit,
  }) => {
    const { context, page } = await visit({ expected: SESSION_ENDS })
    await showAs(context, 'sidebar_hint')
    await becomeMember(foyer, page, 'hint@example.com')
    const person = await memberOf(page)
    const kinds = told(page)
    const hint = page.locator(HINT)
    for (let times = 0; times < 2; times += 1) {
      await hint.waitFor()
      expect(await isWithin(page, HINT)).toBe(false)
      await expect.poll(() => answers(foyer, person)).toMatchObject({ seen: 1, dismissed: 0 })
      await page.reload()
    }
    await hint.waitFor()
    expect(await violationsOn(page)).toEqual([])
    await screenshot(page, 'sidebar-hint')
    await hint.getByRole('button', { name: 'No thanks' }).press('Enter')
    await hint.waitFor({ state: 'detached' })
    await expect.poll(() => answers(foyer, person)).toMatchObject({ seen: 1, dismissed: 1 })
    expect(kinds).toEqual(['impression', 'dismiss'])
  })

  test('moves nothing for whoever asked for no motion', async ({ foyer, visit }) => {
    const { context, page } = await visit({ reducedMotion: 'reduce', expected: SESSION_ENDS })
    await showAs(context, 'modal')
    await becomeMember(foyer, page, 'still@example.com')
    await page.locator(MODAL).waitFor()
    const longest = await page.evaluate(() =>
      Math.max(
        ...[...document.querySelectorAll('*')].flatMap((element) => {
          const { animationDuration, transitionDuration } = getComputedStyle(element)
          return `${animationDuration}, ${transitionDuration}`.split(', ').map(Number.parseFloat)
        }),
      ),
    )
    expect(longest).toBeLessThan(0.05)
  })

  test('and the checklist knows what is done', async ({ foyer, visit }) => {
    const { context, page } = await visit({ expected: SESSION_ENDS })
    // Or a modal would come between.
    await showAs(context, 'none')
    await becomeMember(foyer, page, 'checklist@example.com')
    const list = page.getByRole('region', { name: 'Getting started' })
    const done = async () =>
      Number(/(\d+) of \d+ done/.exec((await list.textContent()) ?? '')?.[1] ?? Number.NaN)
    await list.waitFor()
    const before = await done()
    await open(page, '/projects/new')
    await page.getByLabel('Name').fill('Counts')
    await page.getByRole('button', { name: 'Create project' }).click()
    await page.getByRole('heading', { name: 'Counts' }).waitFor()
    await open(page, '/dashboard')
    await expect.poll(done).toBe(before + 1)
  })
})

describe('S14: the product', () => {
  const PLACES = [
    '/dashboard',
    '/projects',
    '/projects/new',
    '/tasks/new',
    '/team/invite',
    '/import',
    '/integrations',
    '/settings/notifications',
    '/billing',
    '/billing/plans',
    '/profile',
    '/help',
  ]

  test('every page of it fits a window, and everybody can use it', async ({ foyer, visit }) => {
    const { page } = await visit({ expected: SESSION_ENDS })
    await showAs(page.context(), 'none')
    await becomeMember(foyer, page, 'everywhere@example.com')
    for (const path of PLACES) {
      await open(page, path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          const name = path.slice(1).replaceAll('/', '-')
          await screenshot(page, `product-${name}-${size}-${colorScheme}`)
          expect(await overflow(page)).toBeLessThanOrEqual(0)
          expect(await violationsOn(page)).toEqual([])
        }
      }
    }
  })
})
