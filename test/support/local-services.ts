import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { billingEmulator } from '../../scripts/services/billing/emulator.ts'
import type { WebhookEndpoint } from '../../scripts/services/billing/sender.ts'
import { openEmulator } from '../../scripts/services/emulator.ts'
import type { Fault } from '../../scripts/services/faults.ts'
import { listen } from '../../scripts/services/http-server.ts'
import { identityEmulator } from '../../scripts/services/identity/emulator.ts'
import { mailEmulator } from '../../scripts/services/mail/emulator.ts'
import { modelEmulator } from '../../scripts/services/model/emulator.ts'
import type { ModelFault } from '../../scripts/services/model/faults.ts'
import { freePort } from './ports.ts'

const EMULATORS = {
  billing: billingEmulator,
  identity: identityEmulator,
  mail: mailEmulator,
  model: modelEmulator,
}
type Name = keyof typeof EMULATORS

export interface LocalService {
  readonly port: number
  readonly url: string
  stop(): Promise<void>
}

/** The service inside the test's own process, with a data folder of its own. */
export async function startInProcess(
  name: Name,
  webhooks?: WebhookEndpoint,
): Promise<LocalService> {
  const folder = await temporaryFolder()
  const emulator = name === 'billing' ? billingEmulator(folder, webhooks) : EMULATORS[name](folder)
  const service = await openEmulator(emulator, `http://${name}.localhost`)
  const server = await listen(service.fetch, 0)
  return {
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    async stop() {
      await server.close()
      await service.close()
      await rm(folder, { recursive: true })
    },
  }
}

export interface ServiceProcess {
  readonly port: number
  readonly url: string
  /** @returns the exit code, or null when a signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** The service as a process, as `npm start` runs it. */
export async function startProcess(
  name: Name | 'database',
  folder: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const port = await freePort()
  const entry = join(import.meta.dirname, '..', '..', 'scripts', 'services', `${name}.ts`)
  const environment = { ...process.env, PORT: String(port), FOYER_DATA_DIR: folder, ...settings }
  const child = spawn(process.execPath, [entry], { env: environment, stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/healthz`, child)
  return {
    port,
    url,
    async end(signal) {
      const exit = once(child, 'exit')
      child.kill(signal)
      await exit
      return child.exitCode
    },
  }
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'foyer-test-'))
}

export async function setFault(url: string, fault: Fault | ModelFault | null): Promise<void> {
  const response = await fetch(`${url}/_control`, {
    method: 'POST',
    body: JSON.stringify({ fault }),
  })
  if (!response.ok) throw new Error(await response.text())
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const response = await fetch(url).catch(() => undefined)
    if (response?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`the process ended with ${child.exitCode}`)
}
