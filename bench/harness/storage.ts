import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const folders: string[] = []

/**
 * A folder of its own, removed when all is measured: for minutes after many files were removed, ext4
 * without a journal searches long for the place of every new one, and a fresh person is a file.
 *
 * @param storage the folder under which it lies
 */
export function newFolder(storage: string, name: string): string {
  const folder = mkdtempSync(join(storage, `foyer-bench-${name}-`))
  folders.push(folder)
  return folder
}

process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
