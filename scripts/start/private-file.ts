import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'

const OWNER_ONLY = 0o600

/** Replaces the file as a whole: after a crash it is the old one or the new one. */
export function writePrivately(path: string, text: string): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, 'w', OWNER_ONLY)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}
