import cluster from 'node:cluster'
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { z } from 'zod'
import { nextMessage } from '../harness/next-message.ts'

/** What the process of a peer is told when it is started. */
export const PeerOrder = z.object({
  /** The folder under which its store gets one of its own. */
  storage: z.string(),
  /** How many Node processes take its calls; one port for all. */
  processes: z.int().positive(),
})
export type PeerOrder = z.infer<typeof PeerOrder>

export const PeerReady = z.object({ url: z.url() })

/** Settings by name, as processes inherit them. */
export type PeerSettings = Readonly<Record<string, string>>

export interface Peer {
  /** Once, before any call: where things are kept, with all that is to be the same in each process. */
  open(storage: string): Promise<{ readonly settings: PeerSettings; stop(): Promise<void> }>
  /** In each process that takes calls. */
  createListener(settings: PeerSettings): Promise<Listener>
}

/** It answers by itself. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** The process of a peer, its store and the processes below it: all end with whoever started it. */
export const runPeer = (peer: Peer): Promise<void> =>
  cluster.isPrimary ? runPrimary(peer) : runWorker(peer)

async function runPrimary(peer: Peer): Promise<void> {
  const { storage, processes } = PeerOrder.parse(JSON.parse(process.argv[2] ?? '{}'))
  // However it ends, there is something to tidy up; Ctrl-C reaches every process.
  const end = Promise.race(['disconnect', 'SIGINT', 'SIGTERM'].map((event) => once(process, event)))
  const store = await peer.open(storage)
  const settings = { PEER_SETTINGS: JSON.stringify(store.settings), NODE_ENV: 'production' }
  const workers = Array.from({ length: processes }, () => cluster.fork(settings))
  try {
    const [url] = await Promise.all(workers.map((worker) => nextMessage(worker.process)))
    if (process.connected) process.send?.(PeerReady.parse({ url }))
    await end
  } finally {
    for (const worker of workers) worker.process.kill('SIGKILL')
    await store.stop()
  }
  process.exit(0)
}

async function runWorker(peer: Peer): Promise<void> {
  const given: unknown = JSON.parse(process.env['PEER_SETTINGS'] ?? '{}')
  const listener = await peer.createListener(z.record(z.string(), z.string()).parse(given))
  // The same free port in every process of the cluster.
  const server = createServer((request, response) => void listener(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = z.object({ port: z.int() }).parse(server.address())
  process.send?.(`http://127.0.0.1:${port}`)
}
