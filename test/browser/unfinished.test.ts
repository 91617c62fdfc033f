import { expect } from 'vitest'
import { linkFor, mailsTo, readIn } from '../support/browser/inbox.ts'
import { goTo, open } from '../support/browser/open.ts'
import { signUp } from '../support/browser/person.ts'
import { browserTest } from '../support/browser/test.ts'
import { SESSION_ENDS } from '../support/browser/visitor.ts'
import type { Foyer } from '../support/foyer.ts'

// Somebody who did not finish, and is asked back.

// A session lasts for some seconds: long enough to see its account come true.
const test = browserTest({ SESSION_MAX_AGE_HOURS: '0.004' })

/** What `npm start` does once a minute. */
async function fireCron(foyer: Foyer): Promise<void> {
  await fetch(`${foyer.url('app')}/cdn-cgi/local/scheduled?cron=*/5+*+*+*+*`)
}

async function invited(foyer: Foyer, email: string): Promise<boolean> {
  await fireCron(foyer)
  return (await mailsTo(foyer, email)).some((text) => text.includes('No more mails like this'))
}

test('S10, B12: the page without a session says so; one link brings the person in, the other ends the mails at the press of a button', async ({
  foyer,
  visit,
}) => {
  const email = 'unfinished@example.com'
  const { page } = await visit({ expected: SESSION_ENDS })
  await signUp(page, email)
  await expect.poll(() => invited(foyer, email)).toBe(true)
  await goTo(page, '/claim')
  await page.getByText('This sign-up has ended').waitFor()

  const way = await readIn(foyer, email, /\bhttp\S+unsubscribe\S+/)
  const tired = await visit()
  await tired.page.goto(way)
  const stop = tired.page.getByRole('button', { name: 'Stop these mails' })
  expect(await stop.isEnabled()).toBe(true)
  await open(tired.page, tired.page.url())
  await stop.click()
  await tired.page.getByText('Done. There will be no more of these.').waitFor()
  expect(new URL(tired.page.url()).hash).toBe('')

  const back = await visit()
  await open(back.page, await linkFor(foyer, email))
  await back.page.getByRole('button', { name: 'Finish setup' }).click()
  await back.page.waitForURL('**/dashboard')
})
