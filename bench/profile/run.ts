import { tmpdir } from 'node:os'
import { z } from 'zod'
import { newReport } from '../events/report.ts'
import { LoadGenerator } from '../harness/load.ts'
import { startServices } from '../harness/services.ts'
import { type WorkerSide, startSide } from '../harness/side.ts'
import { table } from '../harness/table.ts'
import { Contender } from '../sign-up/contender.ts'
import { FOYER } from '../sign-up/sides.ts'
import { costs } from './costs.ts'
import { type Profile, profileOf } from './inspector.ts'

/*
 * Where the Worker's CPU time goes: `node bench/profile/run.ts fresh|repeat|status|events`. Prints the
 * functions that take the most of it by themselves, and with all that they call. `STORAGE` is the folder
 * for its objects; in one that is in memory the disk is not waited for.
 */

const INSPECTOR_PORT = 9_329
/** What Miniflare names the Worker to its inspector. */
const WORKER = 'core:user:foyer'
/** Some ten seconds of each. */
const CALLS = { fresh: 2_000, repeat: 6_000, status: 8_000, events: 3_000 } as const
const What = z.enum(['fresh', 'repeat', 'status', 'events'])
const ROWS = 45

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
  what: z.infer<typeof What>,
  worker: WorkerSide,
  generator: LoadGenerator,
): Promise<() => Promise<unknown>> {
  const amount = CALLS[what]
  if (what !== 'events') {
    const contender = await Contender.warm(worker, generator)
    return () => contender.burst(what, amount)
  }
  const calls = [await newReport(worker.url, 100)]
  const origin = worker.url.href
  const send = () => generator.send({ kind: 'burst', origin, calls, amount, expected: 202 })
  await send()
  return send
}

const what = What.parse(process.argv[2] ?? 'repeat')
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
  const work = await workOf(what, side, load)
  print(await profileOf(INSPECTOR_PORT, WORKER, work), CALLS[what])
} finally {
  load.close()
  await side.stop()
  await services.stop()
}
