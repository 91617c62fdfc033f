import { tmpdir } from 'node:os'
import { z } from 'zod'
import { LoadGenerator } from './harness/load.ts'
import { startServices } from './harness/services.ts'
import { type WorkerSide, startSide } from './harness/side.ts'
import { table } from './harness/table.ts'
import { newReport } from './events/report.ts'
import { Contender, type Scenario } from './sign-up/contender.ts'
import { FOYER } from './sign-up/sides.ts'

/*
 * Where the Worker's CPU time goes: `node bench/profile.ts fresh|repeat|status|events`. Prints the
 * functions that take the most of it by themselves, and with all that they call.
 */

const INSPECTOR_PORT = 9_329
const CALLS: Readonly<Record<string, number>> = { fresh: 2_000, repeat: 6_000, status: 8_000 }
const EVENT_CALLS = 3_000
const SAMPLING_INTERVAL_US = 200
const ROWS = 45

const Profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string(),
        lineNumber: z.number(),
      }),
      children: z.array(z.number()).default([]),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})
type Profile = z.infer<typeof Profile>

/** Speaks the inspector's protocol; an answer is told apart by the id of its question. */
class Inspector {
  readonly #socket: WebSocket
  #asked = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
  }

  static async open(name: string): Promise<Inspector> {
    const socket = new WebSocket(`ws://127.0.0.1:${INSPECTOR_PORT}/${name}`)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true })
      socket.addEventListener('error', reject, { once: true })
    })
    return new Inspector(socket)
  }

  async ask(method: string, params: object = {}): Promise<unknown> {
    this.#asked += 1
    const id = this.#asked
    const answer = new Promise<unknown>((resolve) => {
      const hear = ({ data }: MessageEvent): void => {
        const message = Answer.parse(JSON.parse(String(data)))
        if (message.id !== id) return
        this.#socket.removeEventListener('message', hear)
        resolve(message.result)
      }
      this.#socket.addEventListener('message', hear)
    })
    this.#socket.send(JSON.stringify({ id, method, params }))
    return answer
  }

  close(): void {
    this.#socket.close()
  }
}

const Answer = z.object({ id: z.number().optional(), result: z.unknown().optional() })

async function profileOf(name: string, work: () => Promise<unknown>): Promise<Profile> {
  const inspector = await Inspector.open(name)
  await inspector.ask('Profiler.enable')
  await inspector.ask('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US })
  await inspector.ask('Profiler.start')
  await work()
  const { profile } = z.object({ profile: Profile }).parse(await inspector.ask('Profiler.stop'))
  inspector.close()
  return profile
}

interface Cost {
  self: number
  total: number
}

/** Microseconds by function; a function that calls itself counts once in its total. */
function costs({ nodes, samples, timeDeltas }: Profile): ReadonlyMap<string, Cost> {
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

function print(profile: Profile, calls: number): void {
  const all = [...costs(profile)].filter(([name]) => !/^\((?:root|idle|program)\)/.test(name))
  const us = (value: number): string => (value / calls).toFixed(1)
  for (const by of ['self', 'total'] as const) {
    const top = all.toSorted(([, left], [, right]) => right[by] - left[by]).slice(0, ROWS)
    const rows = top.map(([name, { self, total }]) => [name, us(self), us(total)])
    console.log(`\nby ${by}, µs a call\n`)
    console.log(table(['function', 'self', 'total'], rows).join('\n'))
  }
}

async function workOf(
  what: string,
  side: WorkerSide,
  load: LoadGenerator,
): Promise<{ readonly calls: number; readonly work: () => Promise<unknown> }> {
  if (what === 'events') {
    const report = await newReport(side.url, 100)
    const burst = (amount: number) =>
      load.send({
        kind: 'burst',
        origin: side.url.href,
        calls: [report],
        amount,
        expected: 202,
      })
    await burst(EVENT_CALLS)
    return { calls: EVENT_CALLS, work: () => burst(EVENT_CALLS) }
  }
  const scenario = z.enum(['fresh', 'repeat', 'status']).parse(what) satisfies Scenario
  const contender = await Contender.warm(side, load)
  const calls = CALLS[scenario] ?? 0
  return { calls, work: () => contender.burst(scenario, calls) }
}

const services = await startServices()
const side = await startSide({
  config: FOYER,
  name: 'foyer',
  storage: process.env['STORAGE'] ?? tmpdir(),
  settings: services.settings,
  inspectorPort: INSPECTOR_PORT,
})
const load = new LoadGenerator()
try {
  const { calls, work } = await workOf(process.argv[2] ?? 'repeat', side, load)
  print(await profileOf('core:user:foyer', work), calls)
} finally {
  load.close()
  await side.stop()
  await services.stop()
}
