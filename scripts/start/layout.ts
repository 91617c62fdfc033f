import { createServer } from 'node:net'
import { once } from 'node:events'
import { isAbsolute, join } from 'node:path'
import { Problem } from './problem.ts'

export const ROOT = join(import.meta.dirname, '..', '..')

/** What listens, in the order of the ports: the first on `PORT`, each next one above. */
export const LISTENERS = ['app', 'mail', 'billing', 'database', 'identity', 'model'] as const
export type Listener = (typeof LISTENERS)[number]

export interface Layout {
  readonly dataDirectory: string
  /** One file per running process, `<name>.pid`. */
  readonly runDirectory: string
  readonly ports: Readonly<Record<Listener, number>>
}

const DEFAULT_PORT = 8787
const LAST_PORT = 65_535

export function planLayout(environment: NodeJS.ProcessEnv): Layout {
  const base = Number(environment['PORT'] ?? DEFAULT_PORT)
  if (!Number.isInteger(base) || base < 1 || base + LISTENERS.length - 1 > LAST_PORT) {
    throw new Problem(
      `PORT=${environment['PORT']} is not a port with ${LISTENERS.length - 1} more above it`,
    )
  }
  const wished = environment['FOYER_DATA_DIR'] ?? '.data'
  const dataDirectory = isAbsolute(wished) ? wished : join(ROOT, wished)
  return {
    dataDirectory,
    runDirectory: join(dataDirectory, 'run'),
    ports: {
      app: base,
      mail: base + 1,
      billing: base + 2,
      database: base + 3,
      identity: base + 4,
      model: base + 5,
    },
  }
}

export function urlOf(layout: Layout, listener: Listener): string {
  return `http://127.0.0.1:${layout.ports[listener]}`
}

/** @throws a Problem that names the first port that somebody else has. */
export async function assertPortsFree(
  layout: Layout,
  listeners: readonly Listener[],
): Promise<void> {
  for (const listener of listeners) {
    const port = layout.ports[listener]
    if (await isFree(port)) continue
    throw new Problem(
      `port ${port} (${listener}) is taken: stop what listens there, or choose another, as in PORT=${layout.ports.app + 100} npm start`,
    )
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    await once(server.close(), 'close')
    return true
  } catch {
    return false
  }
}
