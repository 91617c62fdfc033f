import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the ports that systems hand out by themselves (from 32,768 on Linux): a connection to anywhere
 * may take one of those between the look and the use.
 */
const FIRST_PORT = 12_000
const LAST_PORT = 32_000

/** A port of 127.0.0.1 that was free a moment ago. */
export const freePort = (): Promise<number> => freePortRun(1)

/** The first of `count` free ports in a row. */
export async function freePortRun(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(FIRST_PORT, LAST_PORT)
    const run = Array.from({ length: count }, (_, index) => listenOnce(first + index))
    const settled = await Promise.allSettled(run)
    if (settled.every(({ status }) => status === 'fulfilled')) return first
  }
}

/** Throws if something listens there. */
async function listenOnce(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  await once(server.close(), 'close')
}
