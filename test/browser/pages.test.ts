import { gzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import { violationsOn } from '../support/browser/accessibility.ts'
import { layoutShift, overflow, screenshot } from '../support/browser/layout.ts'
import { browserTest } from '../support/browser/test.ts'

// How each page is for somebody who comes to it as nobody.

const test = browserTest()

const SIZES = {
  wide: { width: 1280, height: 800 },
  narrow: { width: 390, height: 844 },
} as const

const PAGES = [
  ['sign-up', '/'],
  ['resume', '/resume'],
  ['unsubscribe', '/unsubscribe'],
] as const

/**
 * Of all scripts that the sign-up page asks for, compressed: a second on a slow phone's connection
 * (400 kbit/s), of which React alone takes two thirds.
 */
const SCRIPT_BUDGET_BYTES = 100_000

/** A picture of nothing has some 5,000 bytes. */
const SOMETHING_BYTES = 8_000

describe.each(PAGES)('S14: the page %s', (name, path) => {
  test.for(Object.entries(SIZES))(
    'fits a window, and everybody can use it, in light and in dark: %s',
    async ([size, viewport], { visit }) => {
      const { page } = await visit({ viewport })
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
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
    const { page } = await visit({ viewport: SIZES.narrow })
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
