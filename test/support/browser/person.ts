import type { Page } from 'playwright-core'
import type { Foyer } from '../foyer.ts'
import { codeFor } from './inbox.ts'
import { open } from './open.ts'

// What people do on the pages, with the names that they see there.

/** Fills the form of the page that is open, and presses its button. */
export async function pressSignUp(page: Page, email: string): Promise<void> {
  await page.getByLabel('Email').fill(email)
  await page.getByRole('button', { name: 'Create account' }).click()
}

/** From the first page to the one where the account comes true. */
export async function signUp(page: Page, email: string): Promise<void> {
  await open(page, '/')
  await pressSignUp(page, email)
  await page.waitForURL('**/creating')
}

/** On the page that asks for the code. */
export async function pressClaim(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code from the mail').fill(code)
  await page.getByRole('button', { name: 'Confirm address' }).click()
}

/** From the first page to the product, with the code from the inbox. */
export async function becomeMember(foyer: Foyer, page: Page, email: string): Promise<void> {
  await signUp(page, email)
  await open(page, '/claim')
  await pressClaim(page, await codeFor(foyer, email))
  await page.waitForURL('**/dashboard')
}
