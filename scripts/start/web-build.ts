import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Child } from './child.ts'
import { type Layout, ROOT } from './layout.ts'
import { Problem } from './problem.ts'
import type { Say } from './unit.ts'

/** Builds the pages that the Worker serves. Its output is shown only when it fails. */
export async function buildWeb(layout: Layout, stopping: AbortSignal, say: Say): Promise<void> {
  if (process.env['FOYER_SKIP_WEB_BUILD'] === '1') return
  if (!existsSync(join(ROOT, 'vite.config.ts'))) return
  const log: string[] = []
  const build = new Child({
    name: 'web',
    program: process.execPath,
    args: [join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
    // Under tests it says something else, and React would be the one for developers.
    environment: { ...process.env, NODE_ENV: 'production' },
    directory: ROOT,
    runDirectory: layout.runDirectory,
    onLine: (line) => log.push(line),
  })
  const stop = () => build.kill()
  stopping.addEventListener('abort', stop, { once: true })
  const { code } = await build.exited
  stopping.removeEventListener('abort', stop)
  await build.end()
  if (code === 0 || stopping.aborted) return
  for (const line of log) say('web', line)
  throw new Problem('the pages could not be built, see above')
}
