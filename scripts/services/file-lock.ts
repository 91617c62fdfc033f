import { DatabaseSync } from 'node:sqlite'

/**
 * Takes the file for this process alone, or returns undefined when another process has it.
 * The operating system holds the lock, through SQLite, and drops it with the process: nothing
 * stale is left by a SIGKILL, and no process id has to be trusted.
 */
export function lockFile(path: string): { release(): void } | undefined {
  const file = new DatabaseSync(path, { timeout: 0 })
  try {
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch {
    file.close()
    return undefined
  }
  return { release: () => file.close() }
}
