import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Foyer, patiently } from '../support/foyer.ts'
import { signUp } from '../support/people.ts'

// Black box, with the times shortened by settings: what a person and an analyst see of a sign-up that
// nobody finished.

let foyer: Foyer

beforeAll(async () => {
  // Some seconds: long enough to be merged in.
  foyer = await Foyer.create({ SESSION_MAX_AGE_HOURS: '0.002', USER_LIMIT_PER_MINUTE: '0' })
  await foyer.start()
})

afterAll(() => foyer.cleanUp())

const BUCKET = '/cdn-cgi/explorer/api/r2/buckets/foyer-archive/objects'
const Objects = z.object({ result: z.array(z.object({ key: z.string() })) })
const Archived = z.object({ specId: z.string(), droppedAt: z.string(), status: z.string() })
const Mails = z.object({ data: z.array(z.object({ subject: z.string(), text: z.string() })) })
const Granted = z.object({ token: z.string(), role: z.literal('member'), userId: z.uuid() })

const at = (path: string, init?: RequestInit) => fetch(`${foyer.url('app')}${path}`, init)

async function invitations(email: string): Promise<readonly string[]> {
  const headers = { Authorization: 'Bearer re_look' }
  const response = await fetch(`${foyer.url('mail')}/emails?to=${email}`, { headers })
  const { data } = Mails.parse(await response.json())
  return data.filter(({ subject }) => subject.startsWith('Finish')).map(({ text }) => text)
}

test('S10: an unfinished session is archived, asked back once, and its button lets the person in', async () => {
  const { specId } = await signUp(foyer, 'unfinished@example.com')
  const key = async () =>
    Objects.parse(await (await at(BUCKET)).json()).result.find((object) =>
      object.key.includes(specId),
    )?.key
  await expect.poll(key, patiently).toMatch(/^unfinished\/\d{4}-\d\d-\d\d\//)
  const kept = await (await at(`${BUCKET}/${encodeURIComponent((await key()) ?? '')}`)).text()
  expect(Archived.parse(JSON.parse(kept))).toMatchObject({ specId, droppedAt: 'proof' })
  expect(kept).not.toContain('unfinished@')

  await expect.poll(() => invitations('unfinished@example.com'), patiently).toHaveLength(1)
  const [text = ''] = await invitations('unfinished@example.com')
  const [, page = '', resumeToken = ''] = /(\/resume)#(\S+)/.exec(text) ?? []
  // A mail scanner opens the page, as often as it likes.
  for (let times = 0; times < 3; times += 1) {
    expect(await (await at(page)).text()).toContain('Finish setup')
  }
  const pressed = await at('/api/onboarding/resume', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ resumeToken }),
  })
  const { token, userId } = Granted.parse(await pressed.json())
  const me = await at('/api/me', { headers: { Authorization: `Bearer ${token}` } })
  expect(await me.json()).toMatchObject({ userId, email: 'unfinished@example.com' })
  // The crons go on, and the session of the proof ends, too: nobody is asked back again.
  await expect
    .poll(
      async () =>
        (
          await foyer.connect()`SELECT 1 FROM onboarding_sessions
          WHERE proven_at IS NOT NULL AND settled_at IS NOT NULL AND due_at IS NULL`
        ).length,
      patiently,
    )
    .toBe(2)
  expect(await invitations('unfinished@example.com')).toHaveLength(1)
})
