import type { Locator } from 'playwright-core'
import { describe, expect } from 'vitest'
import type { Snapshot } from '../../client/snapshot.ts'
import type { RecommendationView } from '../../src/contract/recommendation.ts'
import { violationsOn } from '../support/browser/accessibility.ts'
import { buildComponents, COMPONENTS_SITE, serve } from '../support/browser/component-page.ts'
import { overflow } from '../support/browser/layout.ts'
import { browserTest } from '../support/browser/test.ts'
import { type VisitOptions, type Visitor, visit } from '../support/browser/visitor.ts'
import { markup } from './components/markup.tsx'

// The components by themselves, on a page of their own with a client that the test speaks for.

declare const window: {
  known: Partial<Snapshot>
  tell: (news: Partial<Snapshot>) => void
  noted: string[]
}

const START = Date.UTC(2030, 0, 1)
/** Whatever a page takes to load, it is not longer. */
const HOUR_MS = 3_600_000

const TEXT = 'Write down the first task. People come back to a project with one in it.'

const recommended = (
  ui_component: RecommendationView['ui_component'],
  fields: Partial<RecommendationView> = {},
): Partial<Snapshot> => ({
  recommendation: {
    recommendationId: `the-${ui_component}`,
    recommendation: TEXT,
    ui_component,
    action: { id: 'create_task', title: 'Write a task', path: '/tasks/new' },
    confidence: 1,
    arm: 'moderate',
    source: 'rules',
    validation_hash: '0123456789ab',
    prompt_version: 'none',
    ...fields,
  },
})

const CHECKLIST: Partial<Snapshot> = {
  checklist: {
    items: [
      { id: 'verify_email', title: 'Enter the code from your inbox', path: '/claim', done: true },
      { id: 'create_task', title: 'Write a task', path: '/tasks/new', done: false },
    ],
  },
}

const test = browserTest()
  .extend('files', { scope: 'file' }, () => buildComponents())
  .extend('open', async ({ browser, files }, { onCleanup }) => {
    const visitors: Visitor[] = []
    onCleanup(async () => {
      await Promise.all(visitors.map(({ context }) => context.close()))
      // React remarks upon markup that does not match, browsers upon styles that are forbidden.
      expect(visitors.flatMap((visitor) => visitor.complaints())).toEqual([])
    })
    return async (known: Partial<Snapshot>, options: VisitOptions = {}) => {
      const visitor = await visit(browser, COMPONENTS_SITE, options)
      visitors.push(visitor)
      const { page } = visitor
      // Its time stands, and passes when the test says so.
      await page.clock.install({ time: START })
      await serve(page, files, markup())
      await page.addInitScript((before) => void (window.known = before), known)
      await page.goto('/')
      await page.waitForFunction(() => 'noted' in window)
      await page.clock.pauseAt(START + HOUR_MS)
      return {
        page,
        dialog: page.getByRole('dialog', { name: 'A suggestion' }),
        hint: page.getByRole('complementary', { name: 'A suggestion' }),
        action: page.getByRole('link', { name: 'Write a task' }),
        button: (name: string) => page.getByRole('button', { name }),
        noted: () => page.evaluate(() => window.noted),
        /** Frames pass meanwhile: some moves of the focus wait for the next. */
        /** Lets time pass until it is there: what it stands on may still have to load. */
        comes: async (what: Locator) => {
          const look = async () => {
            await page.clock.runFor(500)
            return what.isVisible()
          }
          await expect.poll(look).toBe(true)
        },
        /** Frames pass meanwhile: some moves of the focus wait for the next. */
        hasFocus: async (what: Locator) => {
          const look = async () => {
            await page.clock.runFor(50)
            return what.evaluate((one) => one === document.activeElement)
          }
          await expect.poll(look).toBe(true)
        },
        tell: (news: Partial<Snapshot>) => page.evaluate((it) => window.tell(it), news),
      }
    }
  })

test('S14: what a server rendered hydrates without a mismatch, whatever this browser knew before', async ({
  open,
}) => {
  const { page } = await open({ ...CHECKLIST, person: { kind: 'member', userId: 'u' } })
  await page.getByRole('heading', { name: 'Getting started' }).waitFor()
  expect(await page.getByText('1 of 2 done').isVisible()).toBe(true)
})

describe('A6: a modal', () => {
  test('takes the focus, keeps it, and gives it back; Escape means later', async ({ open }) => {
    const { page, dialog, comes, action, button, hasFocus, noted, tell } = await open({})
    await button('Before').focus()
    await tell(recommended('modal'))
    await comes(dialog)
    await hasFocus(dialog)
    for (const next of [action, button('Later'), button('No thanks'), action]) {
      await page.keyboard.press('Tab')
      await hasFocus(next)
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await noted()).toContain('snoozed the-modal')
    await hasFocus(button('Before'))
  })

  test('does not take it from somebody who is typing', async ({ open }) => {
    const { page, dialog, comes, tell } = await open({})
    const field = page.getByLabel('Notes')
    await field.focus()
    await page.clock.runFor(60_000)
    await page.keyboard.type('half a')
    await tell(recommended('modal'))
    await page.clock.runFor(5_000)
    await page.keyboard.type(' sentence')
    await page.clock.runFor(5_000)
    expect(await dialog.count()).toBe(0)
    expect(await field.inputValue()).toBe('half a sentence')
    await comes(dialog)
  })
})

describe('A6: a tooltip', () => {
  test('takes no focus, stands after its anchor for Tab, and stays when Escape is not about it', async ({
    open,
  }) => {
    const { page, dialog, comes, action, button, hasFocus, noted } = await open(
      recommended('tooltip'),
    )
    await button('New task').focus()
    await comes(dialog)
    const order = [action, button('Later'), button('No thanks'), button('After')]
    for (const next of order) {
      await page.keyboard.press('Tab')
      await hasFocus(next)
    }
    await page.keyboard.press('Escape')
    await page.mouse.click(5, 5)
    await page.clock.runFor(1_000)
    expect(await dialog.count()).toBe(1)
    await button('New task').focus()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect((await noted()).filter((entry) => !entry.startsWith('seen'))).toEqual([
      'snoozed the-tooltip',
    ])
  })

  test('is a hint at the side where its action has no anchor', async ({ open }) => {
    const action = { id: 'elsewhere', title: 'Write a task', path: '/tasks/new' }
    const { dialog, comes, hint } = await open(recommended('tooltip', { action }))
    await comes(hint)
    expect(await dialog.count()).toBe(0)
  })
})

describe('A6: a hint at the side', () => {
  test('is said to those who do not see it, once on the page, and counted once when seen', async ({
    open,
  }) => {
    const { page, hint, comes, noted } = await open(recommended('sidebar_hint'))
    await comes(hint)
    expect(await hint.count()).toBe(1)
    expect(await page.getByRole('status').allTextContents()).toEqual([`A suggestion: ${TEXT}`])
    const seen = async () => {
      await page.clock.runFor(1_000)
      return noted()
    }
    await expect.poll(seen).toEqual(['seen the-sidebar_hint'])
    expect(await seen()).toEqual(['seen the-sidebar_hint'])
  })

  test('waits for the end of a dialog of the product', async ({ open }) => {
    const { page, hint, comes, tell } = await open({})
    await page.evaluate(() => {
      document.body.append(document.createElement('dialog'))
      document.querySelector('dialog')?.showModal()
    })
    await tell(recommended('sidebar_hint'))
    await page.clock.runFor(10_000)
    expect(await hint.count()).toBe(0)
    await page.evaluate(() => document.querySelector('dialog')?.close())
    await comes(hint)
  })

  test('shows text as text, and links only to pages of its own origin', async ({ open }) => {
    const { hint, comes, tell, action, noted } = await open({})
    const elsewhere = { id: 'x', title: 'Write a task', path: '//elsewhere.example' }
    const recommendation = '<img src=x onerror=alert(1)>'
    await tell(recommended('sidebar_hint', { recommendation, action: elsewhere }))
    await comes(hint.getByText(recommendation))
    expect(await hint.locator('a, img').count()).toBe(0)
    await tell(recommended('sidebar_hint', { recommendationId: 'good' }))
    await comes(action)
    await action.click()
    await hint.waitFor({ state: 'detached' })
    expect((await noted()).slice(-2)).toEqual(['clicked good', 'to /tasks/new'])
  })

  test('gives the focus back when it is waved away from the keyboard', async ({ open }) => {
    const { page, hint, comes, button, hasFocus, noted } = await open(recommended('sidebar_hint'))
    const field = page.getByLabel('Notes')
    await field.focus()
    await comes(hint)
    await button('No thanks').focus()
    await page.keyboard.press('Enter')
    await hint.waitFor({ state: 'detached' })
    await hasFocus(field)
    expect(await noted()).toContain('dismissed the-sidebar_hint')
  })
})

describe.each(['modal', 'tooltip', 'sidebar_hint'] as const)(
  'A6: everybody can use a %s',
  (name) => {
    test.for([
      { width: 1280, height: 800 },
      { width: 390, height: 844 },
    ])('in a window of %o', async (viewport, { open }) => {
      const known = { ...recommended(name), ...CHECKLIST }
      const { page, button, comes } = await open(known, { viewport, reducedMotion: 'reduce' })
      await comes(button('No thanks'))
      await page.clock.runFor(1_000)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.clock.resume()
        expect(await violationsOn(page)).toEqual([])
      }
      expect(await overflow(page)).toBeLessThanOrEqual(0)
      const sizes = await page
        .locator('.foyer-button, a.foyer-item')
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect()))
      expect(Math.min(...sizes.map(({ height }) => height))).toBeGreaterThanOrEqual(44)
      expect(Math.min(...sizes.map(({ width: wide }) => wide))).toBeGreaterThanOrEqual(44)
    })
  },
)
