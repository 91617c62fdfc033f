import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { membersOf, signal } from './process-table.ts'

export interface Command {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  readonly directory: string
  /** Where `<name>.pid` is kept, for the next run to find what a SIGKILL of this one left. */
  readonly runDirectory: string
  onLine(line: string): void
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

// Long enough for PostgreSQL's checkpoint and wrangler's own farewell, short enough for Ctrl-C.
const GRACE_MS = 5_000

const POLL_MS = 50

/** A process that leads a group of its own: Ctrl-C in the terminal reaches only us, and we say in which order things end. */
export class Child {
  readonly exited: Promise<Exit>
  readonly #process: ChildProcess
  readonly #pidFile: string

  constructor(command: Command) {
    this.#process = spawn(command.program, command.args, {
      cwd: command.directory,
      env: command.environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.exited = new Promise((resolve) => {
      this.#process.once('exit', (code, name) => resolve({ code, signal: name }))
      this.#process.once('error', (error) => {
        command.onLine(error.message)
        resolve({ code: 1, signal: null })
      })
    })
    this.#pidFile = join(command.runDirectory, `${command.name}.pid`)
    if (this.pid !== undefined) writeFileSync(this.#pidFile, `${this.pid}\n`)
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => command.onLine(line))
    }
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Asks it to end, waits a while, then ends it and everything it started. Harmless when it has ended. */
  async end(): Promise<void> {
    if (this.pid === undefined) return
    this.#process.kill('SIGTERM')
    await Promise.race([this.exited, sleep(GRACE_MS, undefined, { ref: false })])
    await endGroup(this.pid)
    rmSync(this.#pidFile, { force: true })
  }

  /** Ends it and everything it started, now. */
  kill(): void {
    if (this.pid !== undefined) signal(-this.pid, 'SIGKILL')
  }
}

/** A parent that was killed leaves its children behind, with their ports. */
export async function endGroup(group: number): Promise<void> {
  for (let waited = 0; waited < GRACE_MS && membersOf(group).length > 0; waited += POLL_MS) {
    signal(-group, 'SIGKILL')
    await sleep(POLL_MS)
  }
}
