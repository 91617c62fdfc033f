import { Problem } from './problem.ts'

/**
 * The settings as a file that wrangler reads back unchanged. It strips one pair of quotes, knows no
 * escape inside single quotes or backticks, and replaces `$NAME` unless the `$` is escaped.
 */
export function toEnvFile(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${quote(name, value)}`)
  return `${lines.join('\n')}\n`
}

function quote(name: string, value: string): string {
  const escaped = value.replaceAll('$', String.raw`\$`)
  const mark = ["'", '`'].find((candidate) => !value.includes(candidate))
  // A backslash at the end would take the closing quote with it.
  if (mark === undefined || value.endsWith('\\')) {
    throw new Problem(`${name} cannot be passed on: it has both ' and \`, or ends in a backslash`)
  }
  return `${mark}${escaped}${mark}`
}
