import { rm } from 'node:fs/promises'
import { Stripe } from 'stripe'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type LocalService,
  setFault,
  startInProcess,
  startProcess,
  temporaryFolder,
} from '../support/local-services.ts'

function connect(port: number): Stripe {
  return new Stripe('sk_test_local', {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    httpClient: Stripe.createFetchHttpClient(),
  })
}

let counter = 0
const newKey = () => `key-${(counter += 1)}`
const newEmail = () => `person-${(counter += 1)}@example.com`

const isReplay = ({ lastResponse }: Stripe.Response<Stripe.Customer>) =>
  new Headers(lastResponse.headers).get('idempotent-replayed') === 'true'

describe('the billing service', () => {
  let service: LocalService
  let stripe: Stripe

  beforeAll(async () => {
    service = await startInProcess('billing')
    stripe = connect(service.port)
  })
  afterEach(() => setFault(service.url, null))
  afterAll(() => service.stop())

  const countOf = async (email: string) => (await stripe.customers.list({ email })).data.length
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${service.url}/v1/customers`, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer sk_test_local', ...headers },
    })

  test('a customer is created, read, changed and deleted', async () => {
    const created = await stripe.customers.create({
      email: 'ada@example.com',
      name: 'Ada',
      address: { city: 'London', country: 'GB' },
      metadata: { user_id: 'u1', plan: 'pro' },
    })
    expect(created).toMatchObject({ object: 'customer', email: 'ada@example.com', livemode: false })
    expect(created.id).toMatch(/^cus_/)
    expect(created.lastResponse.requestId).toMatch(/^req_/)

    const changed = await stripe.customers.update(created.id, {
      name: '',
      metadata: { plan: '', tier: '2' },
    })
    expect(changed).toMatchObject({ name: null, email: 'ada@example.com' })
    expect(changed.metadata).toEqual({ user_id: 'u1', tier: '2' })
    expect(await stripe.customers.retrieve(created.id)).toEqual(changed)

    const gone = { id: created.id, object: 'customer', deleted: true }
    expect(await stripe.customers.del(created.id)).toMatchObject(gone)
    expect(await stripe.customers.retrieve(created.id)).toMatchObject(gone)
    expect(await countOf('ada@example.com')).toBe(0)
    await expect(stripe.customers.update(created.id, { name: 'x' })).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    })
  })

  test('customers are listed by the time of their making', async () => {
    const email = newEmail()
    const { id, created } = await stripe.customers.create({ email })
    const listed = async (gte: number, lte: number) =>
      (await stripe.customers.list({ email, created: { gte, lte } })).data.map((one) => one.id)
    expect(await listed(created, created)).toEqual([id])
    expect(await listed(created + 1, created + 100)).toEqual([])
    expect(await listed(created - 100, created - 1)).toEqual([])
  })

  test('the search knows customers by their metadata, and none that was just made', async () => {
    const query = "metadata['user_id']:'searched'"
    await stripe.customers.create({ metadata: { user_id: 'searched' } })
    expect((await stripe.customers.search({ query })).data).toEqual([])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    try {
      const { data } = await stripe.customers.search({ query })
      expect(data.map(({ metadata }) => metadata)).toEqual([{ user_id: 'searched' }])
      const other = "metadata['user_id']:'other'"
      expect((await stripe.customers.search({ query: other })).data).toEqual([])
    } finally {
      vi.useRealTimers()
    }
    await expect(stripe.customers.search({ query: "email:'a'" })).rejects.toThrow('query')
  })

  test('a list is newest first, and goes on after a customer', async () => {
    const email = newEmail()
    const ids: string[] = []
    for (let index = 0; index < 5; index += 1) {
      ids.unshift((await stripe.customers.create({ email })).id)
    }
    const first = await stripe.customers.list({ email, limit: 3 })
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 3))
    expect(first.has_more).toBe(true)
    const all = await stripe.customers.list({ email, limit: 2 }).autoPagingToArray({ limit: 10 })
    expect(all.map(({ id }) => id)).toEqual(ids)
  })

  test.each([
    ['an email without an @', 'email=nobody', 'email_invalid', 'email'],
    ['a parameter that does not exist', 'nickname=A', 'parameter_unknown', 'nickname'],
    [
      '51 metadata keys',
      Array.from({ length: 51 }, (_, n) => `metadata[k${n}]=v`).join('&'),
      'parameter_invalid',
      'metadata',
    ],
    [
      'a metadata value of 501 characters',
      `metadata[note]=${'x'.repeat(501)}`,
      'parameter_invalid',
      'metadata[note]',
    ],
    ['a name without end', `a${'[b]'.repeat(10)}=1`, 'parameter_invalid', ''],
  ])('%s is refused', async (_, body, code, param) => {
    const response = await post(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', code, param },
    })
  })

  test('a customer that never was is 404', async () => {
    await expect(stripe.customers.retrieve('cus_none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    })
  })

  test('a metadata key named __proto__ changes nothing', async () => {
    const response = await post('metadata[__proto__]=x&metadata[a]=1')
    expect(await response.json()).toMatchObject({ metadata: { a: '1' } })
  })

  test.each([[undefined], ['Bearer pk_test'], ['Basic abc']])(
    '%s is no key',
    async (authorization) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      const response = await fetch(`${service.url}/v1/customers`, { headers })
      expect(response.status).toBe(401)
      expect(await response.json()).toHaveProperty('error.type', 'invalid_request_error')
    },
  )

  test('the same key and parameters make one customer, and the replay says so', async () => {
    const [email, idempotencyKey] = [newEmail(), newKey()]
    const parameters = { email, metadata: { user_id: 'u1' } }
    const first = await stripe.customers.create(parameters, { idempotencyKey })
    const second = await stripe.customers.create(parameters, { idempotencyKey })
    expect(second.id).toBe(first.id)
    expect([first, second].map(isReplay)).toEqual([false, true])
    expect(await countOf(email)).toBe(1)
  })

  test('the order of parameters does not make another request', async () => {
    const headers = { 'idempotency-key': newKey() }
    const first = await post('name=A&email=a%40b', headers)
    const second = await post('email=a%40b&name=A', headers)
    expect(await second.text()).toBe(await first.text())
  })

  test.each([
    [
      'other parameters',
      (key: string) => stripe.customers.create({ name: 'B' }, { idempotencyKey: key }),
    ],
    [
      'another endpoint',
      (key: string) => stripe.customers.update('cus_1', { name: 'A' }, { idempotencyKey: key }),
    ],
  ])('the same key with %s is an idempotency error', async (_, reuse) => {
    const key = newKey()
    await stripe.customers.create({ name: 'A' }, { idempotencyKey: key })
    await expect(reuse(key)).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    })
  })

  test('a refused parameter leaves the key free', async () => {
    const idempotencyKey = newKey()
    await expect(stripe.customers.create({ email: 'x' }, { idempotencyKey })).rejects.toThrow(
      'email',
    )
    const customer = await stripe.customers.create({ email: newEmail() }, { idempotencyKey })
    expect(customer.object).toBe('customer')
  })

  test('a key of 256 characters is refused', async () => {
    const response = await post('name=A', { 'idempotency-key': 'k'.repeat(256) })
    expect(response.status).toBe(400)
  })

  test('a 500 is stored under its key and replayed after the fault is over', async () => {
    const [email, idempotencyKey] = [newEmail(), newKey()]
    await setFault(service.url, { kind: 'status', status: 500, times: 1 })
    const failing = () => stripe.customers.create({ email }, { idempotencyKey })
    await expect(failing()).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 500 })
    await expect(failing()).rejects.toMatchObject({
      statusCode: 500,
      headers: { 'idempotent-replayed': 'true' },
    })
    expect(await countOf(email)).toBe(0)
    await stripe.customers.create({ email }, { idempotencyKey: newKey() })
    expect(await countOf(email)).toBe(1)
  })

  test.each([429, 503])('a %i is not stored', async (status) => {
    const [email, idempotencyKey] = [newEmail(), newKey()]
    await setFault(service.url, { kind: 'status', status, times: 1 })
    const create = () => stripe.customers.create({ email }, { idempotencyKey })
    await expect(create()).rejects.toMatchObject({ statusCode: status })
    await create()
    expect(await countOf(email)).toBe(1)
  })

  test('a lost answer is given to the next one who asks with the key', async () => {
    const [email, idempotencyKey] = [newEmail(), newKey()]
    await setFault(service.url, { kind: 'commit_then_drop', times: 1 })
    const create = () => stripe.customers.create({ email }, { idempotencyKey })
    await expect(create()).rejects.toMatchObject({ type: 'StripeConnectionError' })
    const again = await create()
    expect(isReplay(again)).toBe(true)
    expect(await countOf(email)).toBe(1)
  })

  test('a rejected connection executes nothing', async () => {
    const email = newEmail()
    await setFault(service.url, { kind: 'reject', times: 1 })
    await expect(stripe.customers.create({ email })).rejects.toMatchObject({
      type: 'StripeConnectionError',
    })
    expect(await countOf(email)).toBe(0)
  })

  test('while a request hangs its key is in use, and free once the caller gave up', async () => {
    const headers = { 'idempotency-key': newKey(), authorization: 'Bearer sk_test_local' }
    const request = { method: 'POST', body: 'name=A', headers }
    await setFault(service.url, { kind: 'hang', times: 1 })
    const impatience = new AbortController()
    const hanging = fetch(`${service.url}/v1/customers`, { ...request, signal: impatience.signal })
    await expect.poll(async () => (await post('name=A', headers)).status).toBe(409)
    impatience.abort()
    await expect(hanging).rejects.toThrow('abort')
    await expect.poll(async () => (await post('name=A', headers)).status).toBe(200)
  })

  test('a fault that cannot be read is refused', async () => {
    await expect(
      fetch(`${service.url}/_control`, { method: 'POST', body: '{"fault":{"kind":"fire"}}' }),
    ).resolves.toHaveProperty('status', 400)
  })

  test('the page shows customers without running what they are called', async () => {
    await stripe.customers.create({
      email: newEmail(),
      metadata: { note: '<script>alert(1)</script>' },
    })
    const page = await (await fetch(`${service.url}/`)).text()
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).not.toContain('<script')
  })
})

describe('the billing process', () => {
  test('what it answered survives SIGKILL, customers and keys alike', async () => {
    const folder = await temporaryFolder()
    const first = await startProcess('billing', folder)
    const acknowledged = new Map<string, string>()
    const busy = Array.from({ length: 8 }, async (_, worker) => {
      const stripe = connect(first.port)
      for (let index = 0; index < 1000; index += 1) {
        const idempotencyKey = `${worker}-${index}`
        const customer = await stripe.customers.create({ name: idempotencyKey }, { idempotencyKey })
        acknowledged.set(idempotencyKey, customer.id)
      }
    })
    const settled = Promise.allSettled(busy)
    await expect.poll(() => acknowledged.size).toBeGreaterThan(50)
    await first.end('SIGKILL')
    await settled

    const second = await startProcess('billing', folder)
    const stripe = connect(second.port)
    for (const [idempotencyKey, id] of acknowledged) {
      expect(await stripe.customers.retrieve(id)).toMatchObject({ id, name: idempotencyKey })
      const again = await stripe.customers.create({ name: idempotencyKey }, { idempotencyKey })
      expect(again.id).toBe(id)
    }
    expect(await second.end('SIGTERM')).toBe(0)
    await rm(folder, { recursive: true })
  })
})
