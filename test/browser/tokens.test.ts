import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { z } from 'zod'
import { codeFor } from '../support/browser/inbox.ts'
import { open } from '../support/browser/open.ts'
import { becomeMember, pressClaim, signUp } from '../support/browser/person.ts'
import { browserTest } from '../support/browser/test.ts'
import { SESSION_ENDS } from '../support/browser/visitor.ts'
import type { Foyer } from '../support/foyer.ts'

// What becomes of people whose tokens end while they look elsewhere: nothing.

const LIFETIME_SECONDS = 10

const test = browserTest({
  TOKEN_TTL_SECONDS: String(LIFETIME_SECONDS),
  MEMBER_TOKEN_TTL_SECONDS: String(LIFETIME_SECONDS),
})

/** As a laptop that is closed does with its pages: nothing of them runs. */
async function sleep(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  return async () => {
    await session.send('Page.setWebLifecycleState', { state: 'active' })
  }
}

const Kept = z.object({ token: z.string(), kind: z.enum(['session', 'member']) })

async function keptBy(page: Page) {
  const kept = await page.evaluate(() => localStorage.getItem('foyer.person'))
  return Kept.parse(JSON.parse(kept ?? '{}'))
}

/** The status that the server gives whoever shows this token. */
async function answerTo(foyer: Foyer, path: string, token: string): Promise<number> {
  const headers = { Authorization: `Bearer ${token}` }
  return (await fetch(`${foyer.url('app')}${path}`, { headers })).status
}

test('S4: a tab that slept past its token takes the code all the same', async ({
  foyer,
  visit,
}) => {
  const { page } = await visit({ expected: SESSION_ENDS })
  await signUp(page, 'asleep@example.com')
  await open(page, '/claim')
  const code = await codeFor(foyer, 'asleep@example.com')
  const { token } = await keptBy(page)
  const wake = await sleep(page)
  await expect.poll(() => answerTo(foyer, '/api/onboarding/session', token)).toBe(401)
  await wake()
  await pressClaim(page, code)
  await page.waitForURL('**/dashboard')
})

test('S4: two tabs whose tokens end at the same moment both stay signed in', async ({
  foyer,
  visit,
}) => {
  const { context, page } = await visit({ expected: SESSION_ENDS })
  await becomeMember(foyer, page, 'awake@example.com')
  const other = await context.newPage()
  await open(other, '/dashboard')
  const tabs = [page, other]
  for (let times = 0; times < 2; times += 1) {
    const { token } = await keptBy(page)
    const wake = await Promise.all(tabs.map(sleep))
    await expect.poll(() => answerTo(foyer, '/api/me', token)).toBe(401)
    await Promise.all(wake.map((wakeUp) => wakeUp()))
    await Promise.all(tabs.map((tab) => open(tab, '/dashboard')))
    await expect.poll(async () => (await keptBy(page)).token).not.toBe(token)
  }
  const kept = await Promise.all(tabs.map(keptBy))
  expect(kept.map(({ kind }) => kind)).toEqual(['member', 'member'])
  await expect.poll(async () => answerTo(foyer, '/api/me', (await keptBy(page)).token)).toBe(200)
})
