import { rm } from 'node:fs/promises'
import { Resend } from 'resend'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type LocalService,
  setFault,
  startInProcess,
  startProcess,
  temporaryFolder,
} from '../support/local-services.ts'

const List = z.object({ object: z.literal('list'), data: z.array(z.unknown()) })

let counter = 0
const newKey = () => `key-${(counter += 1)}`
const newAddress = () => `person-${(counter += 1)}@example.com`
const message = (to: string) => ({
  from: 'Foyer <hello@foyer.local>',
  to,
  subject: 'Your code',
  text: 'The code is 12345678',
})

describe('the mail service', () => {
  let service: LocalService
  let resend: Resend

  beforeAll(async () => {
    service = await startInProcess('mail')
    resend = new Resend('re_local', { baseUrl: service.url })
  })
  afterEach(() => setFault(service.url, null))
  afterAll(() => service.stop())

  const sentTo = async (address: string) => {
    const response = await fetch(`${service.url}/emails?to=${encodeURIComponent(address)}`)
    return List.parse(await response.json()).data
  }
  const page = async (path: string) => (await fetch(`${service.url}${path}`)).text()

  test('an email is stored whole and can be read back', async () => {
    const to = newAddress()
    const { data } = await resend.emails.send({
      ...message(`Ada <${to.toUpperCase()}>`),
      html: '<p>12345678</p>',
      headers: { 'X-Entity-Ref-ID': '1' },
      tags: [{ name: 'kind', value: 'code' }],
      replyTo: 'help@foyer.local',
    })
    const read = await resend.emails.get(data?.id ?? '')
    expect(read.data).toMatchObject({
      object: 'email',
      id: data?.id,
      text: 'The code is 12345678',
      html: '<p>12345678</p>',
      reply_to: ['help@foyer.local'],
      tags: [{ name: 'kind', value: 'code' }],
      headers: { 'X-Entity-Ref-ID': '1' },
    })
    expect(Date.parse(read.data?.created_at ?? '')).toBeGreaterThan(Date.now() - 10_000)
    expect(await sentTo(to)).toHaveLength(1)
  })

  test('a list is newest first, and narrowed to an address in any case', async () => {
    const to = newAddress()
    for (const subject of ['first', 'second']) await resend.emails.send({ ...message(to), subject })
    await resend.emails.send(message(newAddress()))
    expect(await sentTo(to.toUpperCase())).toMatchObject([
      { subject: 'second' },
      { subject: 'first' },
    ])
    const newest = await resend.emails.list({ limit: 1 })
    expect(newest.data).toMatchObject({ object: 'list', has_more: true })
    const next = await resend.emails.list({ limit: 1, after: newest.data?.data[0]?.id ?? '' })
    expect(next.data?.data[0]?.subject).toBe('second')
  })

  test('a batch is sent as a whole', async () => {
    const [one, two] = [newAddress(), newAddress()]
    const sent = await resend.batch.send([message(one), message(two)])
    expect(sent.data?.data).toHaveLength(2)
    const third = newAddress()
    const refused = await resend.batch.send([message(third), { ...message(third), from: 'nobody' }])
    expect(refused.error).toMatchObject({ statusCode: 422 })
    expect(await sentTo(third)).toEqual([])
  })

  test.each([
    ['no recipient', { to: undefined }, 'missing_required_field'],
    ['an empty list of recipients', { to: [] }, 'validation_error'],
    ['51 recipients', { to: Array.from({ length: 51 }, () => 'a@b.c') }, 'validation_error'],
    ['a recipient without a domain', { to: 'nobody' }, 'validation_error'],
    ['a sender that is no address', { from: 'Foyer' }, 'invalid_from_address'],
    ['neither html nor text', { text: undefined }, 'validation_error'],
    ['a line break in the subject', { subject: 'a\r\nBcc: x@y.z' }, 'validation_error'],
    ['a tag with a space', { tags: [{ name: 'a b', value: 'c' }] }, 'validation_error'],
    ['an attachment', { attachments: [{ filename: 'a', content: 'b' }] }, 'validation_error'],
  ])('%s is refused', async (_, change, name) => {
    const body = JSON.stringify({ ...message(newAddress()), ...change })
    const headers = { authorization: 'Bearer re_local' }
    const response = await fetch(`${service.url}/emails`, { method: 'POST', headers, body })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ statusCode: 422, name })
  })

  test('text that is not JSON is refused', async () => {
    const headers = { authorization: 'Bearer re_local' }
    const response = await fetch(`${service.url}/emails`, { method: 'POST', headers, body: '{' })
    expect(response.status).toBe(422)
  })

  test('nobody sends without a key', async () => {
    const body = JSON.stringify(message(newAddress()))
    const response = await fetch(`${service.url}/emails`, { method: 'POST', body })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ name: 'missing_api_key' })
  })

  test('the same key and email is sent once', async () => {
    const [to, idempotencyKey] = [newAddress(), newKey()]
    const first = await resend.emails.send(message(to), { idempotencyKey })
    const second = await resend.emails.send(message(to), { idempotencyKey })
    expect(second.data).toEqual(first.data)
    expect(second.headers).toHaveProperty('idempotent-replayed', 'true')
    expect(await sentTo(to)).toHaveLength(1)
  })

  test('the same key with another email is 409', async () => {
    const [to, idempotencyKey] = [newAddress(), newKey()]
    await resend.emails.send(message(to), { idempotencyKey })
    const other = await resend.emails.send({ ...message(to), subject: 'Other' }, { idempotencyKey })
    expect(other.error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' })
  })

  test('a 500 is not stored: the same key sends afterwards', async () => {
    const [to, idempotencyKey] = [newAddress(), newKey()]
    await setFault(service.url, { kind: 'status', status: 500, times: 1 })
    const failed = await resend.emails.send(message(to), { idempotencyKey })
    expect(failed.error).toMatchObject({ statusCode: 500, name: 'internal_server_error' })
    await resend.emails.send(message(to), { idempotencyKey })
    expect(await sentTo(to)).toHaveLength(1)
  })

  test('a lost answer does not lead to a second email', async () => {
    const [to, idempotencyKey] = [newAddress(), newKey()]
    await setFault(service.url, { kind: 'commit_then_drop', times: 1 })
    const lost = await resend.emails.send(message(to), { idempotencyKey })
    expect(lost.error).toMatchObject({ statusCode: null })
    const again = await resend.emails.send(message(to), { idempotencyKey })
    expect(again.error).toBeNull()
    expect(await sentTo(to)).toHaveLength(1)
  })

  test('the root leads to the inbox', async () => {
    const response = await fetch(`${service.url}/`, { redirect: 'manual' })
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('/inbox')
  })

  test('the inbox shows markup of an email as text, and its html only in a sandbox', async () => {
    const to = newAddress()
    const { data } = await resend.emails.send({
      ...message(to),
      subject: '<img src=x onerror=alert(1)>',
      text: 'see <b>this</b> http://127.0.0.1:8787/#a"onclick=alert(1)',
      html: "\"></iframe><script>alert(1)</script><p class='x'>hello</p>",
    })
    for (const path of ['/inbox', `/inbox?to=${to}`, `/inbox/${data?.id}`]) {
      const html = await page(path)
      expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
      expect(html).not.toContain('<img')
      expect(html).not.toContain('<script')
    }
    const email = await page(`/inbox/${data?.id}`)
    expect(email).toContain('href="http://127.0.0.1:8787/#a"')
    expect(email).not.toContain('"onclick')
    expect(email).toMatch(/<iframe[^>]* sandbox="allow-popups allow-popups-to-escape-sandbox"/)
    expect(email).toContain(
      'srcdoc="&lt;base target=&quot;_blank&quot;&gt;&quot;&gt;&lt;/iframe&gt;',
    )
  })

  test('what is looked for in the inbox comes back as text', async () => {
    const html = await page(`/inbox?to=${encodeURIComponent('"><script>x')}`)
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;x"')
  })

  test('its pages let nothing run and load nothing', async () => {
    const response = await fetch(`${service.url}/inbox`)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await response.text()).not.toMatch(/(?:src|href)="https?:/)
  })
})

describe('the mail process', () => {
  test('what it accepted survives SIGKILL, and its key still replays', async () => {
    const folder = await temporaryFolder()
    const first = await startProcess('mail', folder)
    const sent = await new Resend('re_local', { baseUrl: first.url }).emails.send(
      message('kept@example.com'),
      { idempotencyKey: 'k' },
    )
    await first.end('SIGKILL')

    const second = await startProcess('mail', folder)
    const resend = new Resend('re_local', { baseUrl: second.url })
    const again = await resend.emails.send(message('kept@example.com'), { idempotencyKey: 'k' })
    expect(again.data).toEqual(sent.data)
    expect((await resend.emails.list()).data?.data).toHaveLength(1)
    expect(await second.end('SIGINT')).toBe(0)
    await rm(folder, { recursive: true })
  })
})
