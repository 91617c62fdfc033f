import { expect } from 'vitest'
import { z } from 'zod'
import { type Foyer, patiently } from '../foyer.ts'

const Mails = z.object({ data: z.array(z.object({ subject: z.string(), text: z.string() })) })

/** The texts of all mails to an address, the newest first. */
export async function mailsTo(foyer: Foyer, email: string): Promise<readonly string[]> {
  const query = new URLSearchParams({ to: email })
  const response = await fetch(`${foyer.url('mail')}/emails?${query}`, {
    headers: { Authorization: 'Bearer re_look' },
  })
  return Mails.parse(await response.json()).data.map(({ text }) => text)
}

/** What stands in a mail to the address, as soon as one says it. */
export async function readIn(foyer: Foyer, email: string, what: RegExp): Promise<string> {
  const find = async () => {
    const mails = await mailsTo(foyer, email)
    return mails.map((text) => what.exec(text)?.[0]).find((found) => found !== undefined)
  }
  await expect.poll(find, patiently).toBeDefined()
  return (await find()) ?? ''
}

/** As it is written there, with a space in its middle. */
export const codeFor = (foyer: Foyer, email: string): Promise<string> =>
  readIn(foyer, email, /\b\d{4} \d{4}\b/)

/** The page that lets the person in at the press of its button, with its secret behind the `#`. */
export const linkFor = (foyer: Foyer, email: string): Promise<string> =>
  readIn(foyer, email, /\bhttp\S+\/resume#\S+/)
