import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lockFile } from '../services/file-lock.ts'
import { endGroup } from './child.ts'
import type { Layout } from './layout.ts'
import { Problem } from './problem.ts'
import { runningProcesses, signal } from './process-table.ts'

/**
 * Makes this process the only one on the data folder, and ends what an earlier one left running.
 * @returns a function that gives the folder free.
 * @throws a Problem when another one runs.
 */
export async function claimDataFolder({
  dataDirectory,
  runDirectory,
}: Layout): Promise<() => void> {
  mkdirSync(runDirectory, { recursive: true, mode: 0o700 })
  const pidFile = join(dataDirectory, 'foyer.pid')
  const lock = lockFile(join(dataDirectory, 'foyer.lock'))
  if (!lock) {
    throw new Problem(
      `Foyer already runs on ${dataDirectory} (pid ${readText(pidFile)}): stop it first, or choose another folder with FOYER_DATA_DIR`,
    )
  }
  writeFileSync(pidFile, `${process.pid}\n`)
  await endLeftovers(runDirectory)
  return () => {
    rmSync(pidFile, { force: true })
    lock.release()
  }
}

// What they leave by themselves is cleaner than what SIGKILL leaves.
const FAREWELL_MS = 3_000
const POLL_MS = 50

async function endLeftovers(runDirectory: string): Promise<void> {
  for (const name of readdirSync(runDirectory)) {
    const path = join(runDirectory, name)
    const pid = Number(readText(path))
    if (Number.isInteger(pid) && pid > 1 && isOurs(pid)) {
      signal(-pid, 'SIGTERM')
      for (let waited = 0; waited < FAREWELL_MS && isOurs(pid); waited += POLL_MS) {
        await sleep(POLL_MS)
      }
      await endGroup(pid)
    }
    rmSync(path, { force: true })
  }
}

// Process ids are given anew, after a restart of the machine from the beginning.
const OUR_COMMANDS = /scripts\/services\/\w+\.ts|\/wrangler|\/workerd|\/esbuild/

function isOurs(group: number): boolean {
  const members = runningProcesses().filter((running) => running.group === group)
  return members.some(({ command }) => OUR_COMMANDS.test(command))
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
