import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/**
 * Which part may import which. Dependencies point inwards; the shells (`durable-objects`, `queues`,
 * `http`, `cron`) never import each other and meet through bindings typed in `contract`.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/contract': [],
  'src/core': ['src/contract'],
  'src/env.ts': ['src/contract'],
  // What a team edits for its own product.
  'src/catalogue.ts': ['src/core'],
  'src/adapters': ['src/contract', 'src/core', 'src/env.ts', 'src/catalogue.ts'],
  'durable-objects': ['src/contract', 'src/core', 'src/env.ts', 'src/catalogue.ts', 'src/adapters'],
  // What a lease allows, done: the queue's consumer does it, and the request of the blocking flow.
  'src/hydration': ['src/contract', 'src/core', 'src/env.ts', 'src/adapters'],
  queues: [
    'src/contract',
    'src/core',
    'src/env.ts',
    'src/catalogue.ts',
    'src/adapters',
    'src/hydration',
  ],
  'src/http': [
    'src/contract',
    'src/core',
    'src/env.ts',
    'src/catalogue.ts',
    'src/adapters',
    'src/hydration',
  ],
  'src/cron': ['src/contract', 'src/core', 'src/env.ts', 'src/adapters'],
  'src/worker.ts': ['src', 'durable-objects', 'queues'],
  client: ['src/contract'],
  web: ['src/contract', 'client'],
}

/** Packages that decide nothing and do nothing outside: all that the inner parts may use. */
const INNER_PACKAGES = new Set(['zod', '@noble/hashes/sha2.js'])
const INNER_PARTS = new Set(['src/contract', 'src/core'])

const IMPORT =
  /^\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

const isWithin = (path: string, part: string): boolean =>
  path === part || path.startsWith(`${part}/`)

/** What is wrong with one file; `path` from the root, with slashes. */
export function brokenArrows(path: string, source: string): string[] {
  const [part, allowedParts] =
    Object.entries(MAY_IMPORT).find(([candidate]) => isWithin(path, candidate)) ?? []
  if (part === undefined || allowedParts === undefined) {
    return [`${path}: belongs to no part; add it to MAY_IMPORT`]
  }
  return [...source.matchAll(IMPORT)]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .flatMap((specifier) => {
      const allowed = specifier.startsWith('.')
        ? [part, ...allowedParts].some((to) =>
            isWithin(posix.join(posix.dirname(path), specifier), to),
          )
        : !INNER_PARTS.has(part) || INNER_PACKAGES.has(specifier)
      return allowed ? [] : [`${path}: ${part} must not import ${specifier}`]
    })
}

/** Every broken arrow below `root`. */
export function checkArrows(root: string): string[] {
  return globSync('{src,durable-objects,queues,client,web}/**/*.{ts,tsx}', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .flatMap((path) => brokenArrows(path, readFileSync(join(root, path), 'utf8')))
}

if (import.meta.main) {
  const broken = checkArrows(join(import.meta.dirname, '..'))
  for (const line of broken) console.error(line)
  process.exitCode = broken.length > 0 ? 1 : 0
}
