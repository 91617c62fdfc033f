import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { cpuMsOfTrees } from '../harness/cpu.ts'
import { nextMessage } from '../harness/next-message.ts'
import type { Side } from '../harness/side.ts'
import { type PeerOrder, PeerReady } from './run-peer.ts'

const ENTRIES = {
  express: 'express-redis.ts',
  betterAuth: 'better-auth.ts',
}
export type PeerName = keyof typeof ENTRIES

/** A peer by itself, with its store; the CPU time is that of all its processes. */
export async function startPeer(name: PeerName, order: PeerOrder): Promise<Side> {
  const child = fork(join(import.meta.dirname, ENTRIES[name]), [JSON.stringify(order)])
  const { url } = PeerReady.parse(await nextMessage(child))
  return {
    url: new URL(url),
    cpuMs: () => (child.pid === undefined ? null : cpuMsOfTrees([child.pid])),
    async stop() {
      const exit = once(child, 'exit')
      child.disconnect()
      await exit
    },
  }
}
