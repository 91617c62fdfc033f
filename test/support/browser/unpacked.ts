import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '../local-services.ts'

/** A browser that is there as files and nowhere else: what starting it takes. */
export interface UnpackedBrowser {
  readonly executablePath: string
  readonly environment: Readonly<Record<string, string>>
}

/** Without it the package leaves the libraries out that a bare system lacks. */
const LIBRARIES_WANTED = { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' }

/**
 * Chromium from its npm package, with its own libraries and fonts, in a folder of its own: nothing of
 * the system is used but the C library.
 * @returns with it a function that removes the folder.
 */
export async function unpackBrowser(): Promise<{
  readonly browser: UnpackedBrowser
  readonly remove: () => Promise<void>
}> {
  const folder = await temporaryFolder()
  const script = join(import.meta.dirname, 'unpack.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script], {
    // It takes whatever it finds in the folder for temporary files.
    env: { ...process.env, ...LIBRARIES_WANTED, TMPDIR: folder },
  })
  const executablePath = stdout.trim()
  // The package's own configuration looks for its fonts in `/tmp`, wherever they are.
  const fonts = join(folder, 'fonts.conf')
  await writeFile(fonts, fontConfiguration(join(dirname(executablePath), 'fonts'), folder))
  return {
    browser: {
      executablePath,
      environment: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: fonts },
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

const fontConfiguration = (fonts: string, folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <cachedir>${join(folder, 'font-cache')}</cachedir>
</fontconfig>
`
