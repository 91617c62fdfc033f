import { gzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import { violationsOn } from '../support/browser/accessibility.ts'
import { open } from '../support/browser/open.ts'
import { SIZES, layoutShift, overflow, screenshot } from '../support/browser/layout.ts'
import { browserTest } from '../support/browser/test.ts'

// How each page is for somebody who comes to it as nobody.

const test = browserTest()

const PAGES = [
  ['sign-up', '/'],
  ['creating', '/creating'],
  ['claim', '/claim'],
  ['resume', '/resume'],
  ['unsubscribe', '/unsubscribe'],
  ['dashboard', '/dashboard'],
  ['not-found', '/there-is-no-such-page'],
] as const

/** What a browser says of the page for addresses that there are not. */
const MISSING = [/status of 404 .*no-such-page/]

/**
 * Of all scripts that the sign-up page asks for, compressed: half a second on the slow network of
 * a telephone (1.6 Mbit/s). React alone takes two thirds of it.
 */
const SCRIPT_BUDGET_BYTES = 100_000

/** A picture of nothing has some 5,000 bytes. */
const SOMETHING_BYTES = 8_000

describe.each(PAGES)('S14: the page %s', (name, path) => {
  test.for(Object.entries(SIZES))(
    'fits a window, and everybody can use it, in light and in dark: %s',
    async ([size, viewport], { visit }) => {
      const { page } = await visit({ viewport, expected: MISSING })
      await open(page, path)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await screenshot(page, `${name}-${size}-${colorScheme}`)).toBeGreaterThan(
          SOMETHING_BYTES,
        )
        expect(await overflow(page)).toBeLessThanOrEqual(0)
        expect(await violationsOn(page)).toEqual([])
      }
    },
  )

  test('stays where it is while it loads', async ({ visit }) => {
    const { page } = await visit({ viewport: SIZES.narrow, expected: MISSING })
    await page.goto(path, { waitUntil: 'networkidle' })
    expect(await layoutShift(page)).toBeLessThan(0.01)
  })
})

test('S14: the sign-up page asks for few scripts', async ({ foyer, visit }) => {
  const { page } = await visit()
  await page.goto('/', { waitUntil: 'networkidle' })
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => new URL(name).pathname.endsWith('.js')),
  )
  const bodies = await Promise.all(
    [...new Set(scripts)].map(async (url) => (await fetch(url)).arrayBuffer()),
  )
  expect(scripts.every((url) => url.startsWith(foyer.url('app')))).toBe(true)
  const bytes = bodies.reduce((total, body) => total + gzipSync(body).length, 0)
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThan(SCRIPT_BUDGET_BYTES)
})
