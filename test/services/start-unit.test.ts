import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assertPortsFree, planLayout } from '../../scripts/start/layout.ts'
import { claimDataFolder } from '../../scripts/start/instance.ts'
import { membersOf } from '../../scripts/start/process-table.ts'
import { Unit, type UnitPlan } from '../../scripts/start/unit.ts'
import { freePort } from '../support/ports.ts'
import { temporaryFolder } from '../support/local-services.ts'

/** A server with a helper that would outlive it; `/hang` makes it accept requests and never answer. */
const PROGRAM = `
  import { spawn } from 'node:child_process'
  import { createServer } from 'node:http'
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  let hung = false
  createServer((request, response) => {
    if (request.url === '/hang') { hung = true; console.log('crashed') }
    if (!hung || request.url === '/hang') response.end(String(process.pid))
  }).listen(Number(process.env.PORT), '127.0.0.1')
  process.on('SIGTERM', () => process.exit(0))
`

let folder: string
let url: string
let unit: Unit
let log: string[]

beforeEach(async () => {
  folder = await temporaryFolder()
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  log = []
  writeFileSync(join(folder, 'program.mjs'), PROGRAM)
  const plan: UnitPlan = {
    name: 'server',
    healthUrl: url,
    readyWithinMs: 20_000,
    watched: true,
    staysDown: ({ code }) => code === 0,
    alarming: (line) => line === 'crashed',
    command: (onLine) => ({
      name: 'server',
      program: process.execPath,
      args: [join(folder, 'program.mjs')],
      environment: { ...process.env, PORT: String(port) },
      directory: folder,
      runDirectory: folder,
      onLine,
    }),
  }
  unit = new Unit(plan, (_, line) => log.push(line))
})

afterEach(async () => {
  await unit.stop()
  rmSync(folder, { recursive: true })
})

const pid = () => {
  if (unit.pid === undefined) throw new Error(`not running:\n${log.join('\n')}`)
  return unit.pid
}
const answered = async () => {
  const response = await fetch(url, { signal: AbortSignal.timeout(500) }).catch(() => undefined)
  return response === undefined ? undefined : Number(await response.text())
}
const patiently = { timeout: 180_000 }

test('a stopped unit leaves nothing of its group', async () => {
  expect(await unit.start()).toBe(true)
  const group = pid()
  expect(membersOf(group)).toHaveLength(2)
  await unit.stop()
  expect(membersOf(group)).toEqual([])
  expect(await answered()).toBeUndefined()
})

test('a unit that was killed comes back, and what it left is ended', async () => {
  await unit.start()
  const group = pid()
  process.kill(group, 'SIGKILL')
  await expect.poll(answered, patiently).toEqual(expect.any(Number))
  expect(unit.pid).not.toBe(group)
  expect(membersOf(group)).toEqual([])
})

test('a unit that was asked to end stays down until it is started again', async () => {
  await unit.start()
  process.kill(pid(), 'SIGTERM')
  await expect.poll(() => unit.wanted, patiently).toBe(false)
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(await answered()).toBeUndefined()
  expect(log).toContain('was ended on purpose and stays down')
  expect(await unit.start()).toBe(true)
  expect(await answered()).toBe(unit.pid)
})

test('a unit that no longer answers is replaced', async () => {
  await unit.start()
  const group = pid()
  await fetch(`${url}/hang`)
  await expect.poll(answered, patiently).toEqual(expect.any(Number))
  expect(membersOf(group)).toEqual([])
})

test('a unit that never becomes healthy is down, and says so', async () => {
  writeFileSync(join(folder, 'program.mjs'), 'throw new Error("no")')
  expect(await unit.start()).toBe(false)
  expect(unit.wanted).toBe(false)
  expect(log.join('\n')).toContain('Error: no')
})

test('a taken port is named', async () => {
  const port = await freePort()
  const other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  const layout = planLayout({ PORT: String(port) })
  await expect(assertPortsFree(layout, ['app'])).rejects.toThrow(`port ${port} (app) is taken`)
  other.close()
})

test('a data folder has one supervisor at a time', async () => {
  const layout = planLayout({ FOYER_DATA_DIR: folder })
  const release = await claimDataFolder(layout)
  await expect(claimDataFolder(layout)).rejects.toThrow(
    `already runs on ${folder} (pid ${process.pid})`,
  )
  release()
  const again = await claimDataFolder(layout)
  again()
})

test('a recorded process id that now belongs to somebody else is left alone', async () => {
  const layout = planLayout({ FOYER_DATA_DIR: folder })
  await unit.start()
  const stranger = pid()
  mkdirSync(layout.runDirectory, { recursive: true })
  writeFileSync(join(layout.runDirectory, 'mail.pid'), String(stranger))
  const release = await claimDataFolder(layout)
  expect(membersOf(stranger)).toHaveLength(2)
  release()
})
