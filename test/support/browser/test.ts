import { type Browser, chromium } from 'playwright-core'
import { expect, inject, test as base } from 'vitest'
import { Foyer } from '../foyer.ts'
import { type Visitor, type VisitOptions, visit } from './visitor.ts'

/** Root in a container has no sandbox to offer; a zygote would be of no use without one. */
const FLAGS = ['--no-sandbox', '--no-zygote']

/**
 * Tests of one file: they share a whole system, started with these settings, and one browser process.
 * Each visitor has a profile of their own; what their browser complains about fails the test.
 */
export const browserTest = (settings: Readonly<Record<string, string>> = {}) =>
  base
    .extend('foyer', { scope: 'file' }, async ({}, { onCleanup }): Promise<Foyer> => {
      const foyer = await Foyer.create(settings)
      onCleanup(() => foyer.cleanUp())
      await foyer.start()
      return foyer
    })
    .extend('browser', { scope: 'file' }, async ({}, { onCleanup }): Promise<Browser> => {
      const { executablePath, environment } = inject('unpackedBrowser')
      const browser = await chromium.launch({
        executablePath,
        args: FLAGS,
        env: { ...process.env, ...environment },
      })
      onCleanup(() => browser.close())
      return browser
    })
    .extend('visit', async ({ browser, foyer }, { onCleanup }) => {
      const visitors: Visitor[] = []
      onCleanup(async () => {
        await Promise.all(visitors.map(({ context }) => context.close()))
        expect(visitors.flatMap((visitor) => visitor.complaints())).toEqual([])
      })
      return async (options: VisitOptions = {}): Promise<Visitor> => {
        const visitor = await visit(browser, foyer.url('app'), options)
        visitors.push(visitor)
        return visitor
      }
    })
