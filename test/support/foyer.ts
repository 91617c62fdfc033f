import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { neon, neonConfig } from '@neondatabase/serverless'
import { runningProcesses } from '../../scripts/start/process-table.ts'
import { temporaryFolder } from './local-services.ts'
import { freePortRun } from './ports.ts'

const ROOT = join(import.meta.dirname, '..', '..')

export const UNITS = ['app', 'mail', 'billing', 'database', 'identity'] as const
export type UnitName = (typeof UNITS)[number]

/** How long a slow machine may take: no verdict hangs on it, only how soon a failure is known. */
export const patiently = { timeout: 180_000, interval: 200 }

/** The whole system, started as `npm start` does it, with ports and a data folder of its own. */
export class Foyer {
  output = ''
  readonly #port: number
  readonly #folder: string
  readonly #settings: Readonly<Record<string, string>>
  #running: ChildProcess | undefined

  private constructor(port: number, folder: string, settings: Readonly<Record<string, string>>) {
    this.#port = port
    this.#folder = folder
    this.#settings = settings
  }

  /** Not started yet. */
  static async create(settings: Readonly<Record<string, string>> = {}): Promise<Foyer> {
    return new Foyer(await freePortRun(UNITS.length), await temporaryFolder(), settings)
  }

  url(unit: UnitName): string {
    return `http://127.0.0.1:${this.#port + UNITS.indexOf(unit)}`
  }

  async start(): Promise<void> {
    const child = this.#launch('start.ts')
    this.#running = child
    while (!/^ready/m.test(this.output)) {
      if (child.exitCode !== null) throw new Error(`it did not start:\n${this.output}`)
      await sleep(patiently.interval)
    }
  }

  /** @returns the exit code, or null when the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#running
    if (child === undefined) throw new Error('it does not run')
    this.#running = undefined
    // It may have ended by itself.
    if (child.exitCode !== null) return child.exitCode
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
    return child.exitCode
  }

  async cleanUp(): Promise<void> {
    if (this.#running) await this.end('SIGINT')
    rmSync(this.#folder, { recursive: true })
  }

  /** @returns the exit code of another script on the same data folder. */
  async run(script: string, ...args: string[]): Promise<number | null> {
    const child = this.#launch(script, ...args)
    await once(child, 'close')
    return child.exitCode
  }

  /** Of the process group that the unit is. */
  pid(unit: UnitName): number {
    return Number(readFileSync(join(this.#folder, 'data', 'run', `${unit}.pid`), 'utf8'))
  }

  /** The runtime's own processes, below wrangler. */
  runtimes() {
    return runningProcesses().filter(
      ({ group, command }) => group === this.pid('app') && command.includes('/workerd '),
    )
  }

  secrets(): string {
    return readFileSync(join(this.#folder, 'data', 'secrets.json'), 'utf8')
  }

  connect() {
    neonConfig.fetchEndpoint = () => `${this.url('database')}/sql`
    return neon(this.#settings['DATABASE_URL'] ?? 'postgres://foyer:foyer@127.0.0.1/foyer')
  }

  #launch(script: string, ...args: string[]): ChildProcess {
    this.output = ''
    const child = spawn(process.execPath, [join(ROOT, 'scripts', script), ...args], {
      cwd: this.#folder,
      env: {
        ...process.env,
        PORT: String(this.#port),
        FOYER_DATA_DIR: join(this.#folder, 'data'),
        // Other tests may be reading the pages.
        FOYER_SKIP_WEB_BUILD: pagesAreBuilt() ? '1' : '0',
        IP_LIMIT: 'off',
        ...this.#settings,
      },
    })
    child.stdout?.on('data', (chunk) => (this.output += String(chunk)))
    child.stderr?.on('data', (chunk) => (this.output += String(chunk)))
    return child
  }
}

/** From the sources as they are now. */
function pagesAreBuilt(): boolean {
  const built = join(ROOT, 'dist', 'web', 'index.html')
  if (!existsSync(built)) return false
  const { mtimeMs: builtAt } = statSync(built)
  const sources = globSync(['vite.config.ts', '{web,client,src/contract,scripts/web}/**/*'], {
    cwd: ROOT,
  })
  return sources.every((path) => statSync(join(ROOT, path)).mtimeMs <= builtAt)
}

/** Which of the process groups still have a member. */
export function alive(groups: readonly number[]): number[] {
  const found = new Set(runningProcesses().map(({ group }) => group))
  return groups.filter((group) => found.has(group))
}

export const statusOf = (url: string): Promise<number | undefined> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.status,
    () => undefined,
  )
