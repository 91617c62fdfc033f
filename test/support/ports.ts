import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of 127.0.0.1 that was free a moment ago; with `wanted`, that one or an error. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await once(server.close(), 'close')
  if (address === null || typeof address === 'string') throw new Error('not a port')
  return address.port
}

/** The first of `count` free ports in a row. */
export async function freePortRun(count: number): Promise<number> {
  for (;;) {
    const first = await freePort()
    const rest = Array.from({ length: count - 1 }, (_, index) => freePort(first + 1 + index))
    const settled = await Promise.allSettled(rest)
    if (settled.every(({ status }) => status === 'fulfilled')) return first
  }
}
