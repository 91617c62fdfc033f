import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Foyer, UNITS, alive, patiently, statusOf } from '../support/foyer.ts'
import { setFault } from '../support/local-services.ts'

const MIGRATIONS = join(import.meta.dirname, '..', '..', 'migrations')

let foyer: Foyer

beforeAll(async () => {
  foyer = await Foyer.create()
})

afterAll(() => foyer.cleanUp())

const health = () => statusOf(`${foyer.url('app')}/healthz`)

async function send(subject: string): Promise<void> {
  const body = JSON.stringify({ from: 'a@b.c', to: 'ada@example.com', subject, text: 'x' })
  const headers = { authorization: 'Bearer re_x' }
  const response = await fetch(`${foyer.url('mail')}/emails`, { method: 'POST', body, headers })
  expect(response.status).toBe(200)
}

test('one command brings everything up, at the ports in a row', async () => {
  await foyer.start()
  expect(await health()).toBe(200)
  expect(await statusOf(`${foyer.url('mail')}/inbox`)).toBe(200)
  expect(await statusOf(`${foyer.url('billing')}/`)).toBe(200)
  expect(await statusOf(`${foyer.url('database')}/healthz`)).toBe(200)
  expect(await statusOf(`${foyer.url('identity')}/`)).toBe(200)
  const applied = await foyer.connect()`SELECT name FROM foyer_migrations ORDER BY name`
  const files = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'))
  expect(applied).toHaveLength(files.length)
  for (const name of UNITS) {
    expect(foyer.output).toMatch(
      new RegExp(String.raw`^ +${name} +http://127\.0\.0\.1:\d+\S* +pid ${foyer.pid(name)}$`, 'm'),
    )
  }
})

test('a second one on the same folder, or the same port, is told why not', async () => {
  expect(await foyer.run('start.ts')).toBe(1)
  expect(foyer.output).toContain('foyer: Foyer already runs on')
  expect(await health()).toBe(200)
})

test('the app comes back after its runtime was killed, and the services stay', async () => {
  const mail = foyer.pid('mail')
  const before = foyer.runtimes()
  for (const { pid } of before) process.kill(pid, 'SIGKILL')
  await expect.poll(health, patiently).toBe(200)
  const pids = new Set(before.map(({ pid }) => pid))
  expect(foyer.runtimes().filter(({ pid }) => pids.has(pid))).toEqual([])
  expect(foyer.pid('mail')).toBe(mail)
})

test('a provider can be stopped and started again while the rest runs', async () => {
  const billing = foyer.url('billing')
  await setFault(billing, { kind: 'hang' })
  expect(await foyer.run('service.ts', 'stop', 'billing')).toBe(0)
  expect(await statusOf(billing)).toBeUndefined()
  expect(await health()).toBe(200)
  expect(await foyer.run('service.ts', 'start', 'billing')).toBe(0)
  expect(await statusOf(billing)).toBe(200)
  expect(await (await fetch(`${billing}/_control`)).json()).toEqual({ fault: null })
  expect(await foyer.run('service.ts', 'stop', 'nobody')).toBe(1)
})

test('a stop leaves nothing running, and the next start has everything', async () => {
  await send('kept')
  await foyer.connect()`CREATE TABLE kept AS SELECT 1 AS one`
  const secrets = foyer.secrets()
  const groups = UNITS.map((name) => foyer.pid(name))
  expect(await foyer.end('SIGINT')).toBe(0)
  expect(alive(groups)).toEqual([])
  expect(await health()).toBeUndefined()
  expect(await foyer.run('service.ts', 'stop', 'mail')).toBe(1)

  await foyer.start()
  const list = await (await fetch(`${foyer.url('mail')}/emails?to=ada@example.com`)).json()
  expect(list).toMatchObject({ data: [{ subject: 'kept' }] })
  expect(await foyer.connect()`SELECT one FROM kept`).toEqual([{ one: 1 }])
  expect(foyer.secrets()).toBe(secrets)
})

test('what a killed one left is ended by the next start', async () => {
  const left = UNITS.map((name) => foyer.pid(name))
  await foyer.end('SIGKILL')
  expect(await health()).toBe(200)
  await foyer.start()
  expect(alive(left)).toEqual([])
  expect(await health()).toBe(200)
})
