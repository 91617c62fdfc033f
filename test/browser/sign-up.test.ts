import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { z } from 'zod'
import { codeFor, linkFor } from '../support/browser/inbox.ts'
import { goTo, open, untilAlive } from '../support/browser/open.ts'
import { becomeMember, pressClaim, pressSignUp, signUp } from '../support/browser/person.ts'
import { browserTest } from '../support/browser/test.ts'
import { SESSION_ENDS } from '../support/browser/visitor.ts'
import type { Foyer } from '../support/foyer.ts'

// A person, an address, and what may go wrong between the button and the account.

const test = browserTest()

const ACCEPT = '**/api/onboarding/speculative'
const Session = z.object({ specId: z.uuid() })
const Person = z.object({ kind: z.string() })

/** How often this page has asked for a session so far. */
function asked(page: Page): () => number {
  let times = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/api/onboarding/speculative')) times += 1
  })
  return () => times
}

/** The session that this browser holds. */
async function sessionOf(page: Page): Promise<string> {
  const kept = await page.evaluate(() => localStorage.getItem('foyer.person'))
  return Session.parse(JSON.parse(kept ?? '{}')).specId
}

/** Whom this browser acts for. */
async function keptBy(page: Page): Promise<string> {
  const kept = await page.evaluate(() => localStorage.getItem('foyer.person'))
  return Person.parse(JSON.parse(kept ?? '{"kind":"nobody"}')).kind
}

/** How many sessions the index has of the person whose session this is. */
async function indexed(foyer: Foyer, specId: string): Promise<number> {
  const rows = await foyer.connect()`
    SELECT 1 FROM onboarding_sessions WHERE subject_key IN
      (SELECT subject_key FROM onboarding_sessions WHERE spec_id = ${specId})`
  return rows.length
}

describe('S14: the button answers before the server does', () => {
  test('the greeting is there while the answer is held back', async ({ visit }) => {
    const { page } = await visit()
    const held = Promise.withResolvers<void>()
    await page.route(ACCEPT, async (route) => {
      await held.promise
      await route.continue()
    })
    await open(page, '/')
    await pressSignUp(page, 'greeted@example.com')
    await page.getByText('You are in as greeted@example.com').waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    held.resolve()
    await page.waitForURL('**/creating')
  })

  test('without a network it is taken back, what was typed stays, and the second press is enough', async ({
    foyer,
    visit,
  }) => {
    const { context, page } = await visit({ expected: [/ERR_INTERNET_DISCONNECTED/] })
    await open(page, '/')
    await page.getByLabel('Team').check()
    await context.setOffline(true)
    await pressSignUp(page, 'offline@example.com')
    await expect
      .poll(() => page.getByRole('alert').allTextContents())
      .toContainEqual(expect.stringContaining('What you typed is still here'))
    expect(await page.getByLabel('Email').inputValue()).toBe('offline@example.com')
    expect(await page.getByLabel('Team').isChecked()).toBe(true)
    expect(await page.getByText('You are in as').count()).toBe(0)
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/dashboard')
    expect(await indexed(foyer, await sessionOf(page))).toBe(1)
  })

  test('S8: when only the answer is lost, the second press finds the session of the first', async ({
    foyer,
    visit,
  }) => {
    const { page } = await visit({ expected: [/ERR_FAILED/] })
    let lost: string | undefined
    await page.route(
      ACCEPT,
      async (route) => {
        lost = Session.parse(await (await route.fetch()).json()).specId
        await route.abort()
      },
      { times: 1 },
    )
    await open(page, '/')
    await pressSignUp(page, 'lost@example.com')
    await page.getByText('What you typed is still here').waitFor()
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/dashboard')
    expect(await sessionOf(page)).toBe(lost)
    expect(await indexed(foyer, lost ?? '')).toBe(1)
  })

  test('S8: pressed twice it is one session', async ({ foyer, visit }) => {
    const { page } = await visit()
    const times = asked(page)
    await open(page, '/')
    await page.getByLabel('Email').fill('twice@example.com')
    await page.getByRole('button', { name: 'Create account' }).dblclick()
    await page.waitForURL('**/dashboard')
    expect(times()).toBe(1)
    expect(await indexed(foyer, await sessionOf(page))).toBe(1)
  })

  test('pressed before the page is alive, it keeps what was typed, out of the URL', async ({
    visit,
  }) => {
    const { page } = await visit()
    const held = Promise.withResolvers<void>()
    await page.route('**/assets/*.js', async (route) => {
      await held.promise
      await route.continue()
    })
    await page.goto('/', { waitUntil: 'commit' })
    await pressSignUp(page, 'early@example.com')
    expect(new URL(page.url()).search).toBe('')
    expect(await page.getByLabel('Email').inputValue()).toBe('early@example.com')
    held.resolve()
    await untilAlive(page)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/creating')
  })

  test('S1: an address that is none is refused beside the field, and nothing is sent', async ({
    visit,
  }) => {
    const { page } = await visit({ expected: [/status of 400/] })
    await open(page, '/')
    // Browsers take it for an address.
    await pressSignUp(page, 'nobody@nowhere')
    await page.getByRole('alert').filter({ hasText: 'This address' }).waitFor()
    expect(await page.getByLabel('Email').inputValue()).toBe('nobody@nowhere')
  })
})

describe('B1: proof', () => {
  test('in another browser ends the session here, and says so kindly', async ({ foyer, visit }) => {
    const [here, there] = [
      await visit({ expected: SESSION_ENDS }),
      await visit({ expected: SESSION_ENDS }),
    ]
    await signUp(here.page, 'both@example.com')
    await goTo(here.page, '/claim')
    await here.page.getByLabel('Code from the mail').waitFor()
    await becomeMember(foyer, there.page, 'both@example.com')
    await here.page.getByText('This sign-up has ended').waitFor()
    await here.page.getByRole('link', { name: 'Come in again' }).waitFor()
  })

  test('in one tab makes the others of the same browser members', async ({ foyer, visit }) => {
    const { context, page } = await visit({ expected: SESSION_ENDS })
    await signUp(page, 'tabs@example.com')
    await goTo(page, '/claim')
    const other = await context.newPage()
    await goTo(other, '/claim')
    await other.getByLabel('Code from the mail').waitFor()
    await pressClaim(page, await codeFor(foyer, 'tabs@example.com'))
    await Promise.all([page, other].map((tab) => tab.waitForURL('**/dashboard')))
  })

  test('a wrong code is refused, with what was typed still there', async ({ foyer, visit }) => {
    // Also a code that is not right is answered with 401.
    const { page } = await visit({ expected: SESSION_ENDS })
    await signUp(page, 'wrong@example.com')
    const code = await codeFor(foyer, 'wrong@example.com')
    const wrong = code.replace(/^./, (digit) => String((Number(digit) + 1) % 10))
    await goTo(page, '/claim')
    await pressClaim(page, wrong)
    await page.getByText('This code is not right').waitFor()
    expect(await page.getByLabel('Code from the mail').inputValue()).toBe(wrong)
    await pressClaim(page, code)
    await page.waitForURL('**/dashboard')
  })
})

test('B12: opening the link of the mail spends nothing; its button lets the person in', async ({
  foyer,
  visit,
}) => {
  const { page } = await visit({ expected: SESSION_ENDS })
  await signUp(page, 'link@example.com')
  const link = await linkFor(foyer, 'link@example.com')
  for (let times = 0; times < 3; times += 1) {
    const scanner = await visit()
    await open(scanner.page, link)
    expect(await keptBy(scanner.page)).toBe('nobody')
  }
  const elsewhere = await visit()
  await open(elsewhere.page, link)
  await elsewhere.page.getByRole('button', { name: 'Finish setup' }).click()
  await elsewhere.page.waitForURL('**/dashboard')
  expect(await keptBy(elsewhere.page)).toBe('member')
})

describe('S14: the way on', () => {
  const ELSEWHERE = [
    '//evil.example',
    'https://evil.example/dashboard',
    'https:evil.example',
    String.raw`/\evil.example`,
    '/\t/evil.example',
    'javascript:document.title="evil"',
  ]

  test('leads nowhere but to a page of this origin', async ({ visit }) => {
    const { context, page } = await visit()
    await signUp(page, 'led@example.com')
    await page.waitForURL('**/dashboard')
    await Promise.all(
      ELSEWHERE.map(async (to) => {
        const tab = await context.newPage()
        await tab.goto(`/creating?to=${encodeURIComponent(to)}`)
        await tab.waitForURL('**/dashboard')
      }),
    )
    await page.goto('/creating?to=%2Fprojects%3Fsort%3Dname')
    await page.waitForURL('**/projects?sort=name')
  })
})
