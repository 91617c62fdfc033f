import type { Profile } from './inspector.ts'

/** Microseconds: by itself, and with all that it calls. */
export interface Cost {
  self: number
  total: number
}

/** By function; one that calls itself counts once in its total. */
export function costs({ nodes, samples, timeDeltas }: Profile): ReadonlyMap<string, Cost> {
  const own = new Map<number, number>()
  for (const [at, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[at] ?? 0))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const byName = new Map<string, Cost>()
  const walk = (id: number, above: ReadonlySet<string>): number => {
    const node = byId.get(id)
    if (node === undefined) return 0
    const { functionName, url, lineNumber } = node.callFrame
    const name = `${functionName || '(anonymous)'} ${url.split('/').at(-1) ?? ''}:${lineNumber + 1}`
    const self = own.get(id) ?? 0
    const inside = new Set([...above, name])
    const total = node.children.reduce((sum, child) => sum + walk(child, inside), self)
    const cost = byName.get(name) ?? { self: 0, total: 0 }
    cost.self += self
    if (!above.has(name)) cost.total += total
    byName.set(name, cost)
    return total
  }
  const [root] = nodes
  if (root !== undefined) walk(root.id, new Set())
  return byName
}
