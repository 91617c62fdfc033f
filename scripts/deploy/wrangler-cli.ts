import { execFile } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const CLI = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
/** A build on a slow machine, and its profile. */
const TIMEOUT_MS = 300_000

export interface Answer {
  readonly ok: boolean
  /** What it was asked for. */
  readonly out: string
  /** Both streams, without colours. */
  readonly text: string
}

/** Runs wrangler in this repository. Never throws. @param input for its standard input */
export const wrangler = (args: readonly string[], input = ''): Promise<Answer> =>
  new Promise((resolve) => {
    const options = {
      cwd: ROOT,
      timeout: TIMEOUT_MS,
      env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' },
    }
    const child = execFile(process.execPath, [CLI, ...args], options, (error, out, trouble) => {
      resolve({ ok: error === null, out: plain(out), text: plain(`${out}\n${trouble}`) })
    })
    child.stdin?.end(input)
  })

// oxlint-disable-next-line no-control-regex -- what terminals are told begins with one
const plain = (text: string): string => text.replaceAll(/\u001B\[[\d;]*m/g, '')

/** What went wrong, in one line. */
export const troubleIn = ({ text }: Answer): string =>
  (/\[ERROR\]\s*(.+)/.exec(text)?.[1] ?? text.trim().split('\n').at(-1) ?? '').slice(0, 300)
