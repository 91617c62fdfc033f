// Deeper than any parameter of the API; a name like a[b][b][b]… must not nest without end.
const MAX_DEPTH = 4

type Branch = Map<string, string | Branch>

/**
 * Reads `metadata[user_id]=1&email=a` into nested records, or returns undefined when a name cannot
 * be read. `__proto__` is a name like any other.
 */
export function parseForm(text: string): Record<string, unknown> | undefined {
  const root: Branch = new Map()
  for (const [name, value] of new URLSearchParams(text)) {
    const path = pathOf(name)
    if (path === undefined || !place(root, path, value)) return undefined
  }
  return toRecord(root)
}

/** `a[b][c]` → a, b, c */
function pathOf(name: string): string[] | undefined {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name)
  if (!match) return undefined
  const [, head = '', rest = ''] = match
  const path = [head, ...Array.from(rest.matchAll(/\[([^\]]*)\]/g), ([, part = '']) => part)]
  return path.length <= MAX_DEPTH ? path : undefined
}

/** False when the name wants a text to be a branch. */
function place(root: Branch, path: readonly string[], value: string): boolean {
  let branch = root
  for (const part of path.slice(0, -1)) {
    const next = branch.get(part) ?? new Map<string, string | Branch>()
    if (typeof next === 'string') return false
    branch.set(part, next)
    branch = next
  }
  branch.set(path.at(-1) ?? '', value)
  return true
}

function toRecord(branch: Branch): Record<string, unknown> {
  const entries = Array.from(branch, ([name, value]): [string, unknown] => [
    name,
    typeof value === 'string' ? value : toRecord(value),
  ])
  return Object.fromEntries(entries)
}
