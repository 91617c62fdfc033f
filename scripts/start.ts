import { planLayout } from './start/layout.ts'
import { Problem } from './start/problem.ts'
import { bringUp, type Run, Undoing } from './start/supervisor.ts'

// Ctrl-C reaches us from the terminal and once more through npm.
const SAME_KEYPRESS_MS = 1_000

const PARENT_CHECK_MS = 500

const stopping = new AbortController()
let stoppedAt = 0
let failure: Error | undefined

function stop(): void {
  if (stopping.signal.aborted) return
  stoppedAt = Date.now()
  stopping.abort()
}

/** The first signal stops everything in order; a later one is somebody who cannot wait. */
function onSignal(run: Run): void {
  stop()
  if (Date.now() - stoppedAt < SAME_KEYPRESS_MS) return
  for (const unit of run.units) unit.kill()
  process.exit(1)
}

/**
 * npm puts a shell between itself and us, which keeps SIGTERM to itself; and an npm that was killed
 * can pass nothing on. Either way the parent is gone, and nobody else would ever stop us.
 */
function stopWithNpm(): void {
  if (process.env['npm_lifecycle_event'] === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid !== parent) stop()
  }, PARENT_CHECK_MS)
  timer.unref()
}

/** Whatever goes wrong in here, what was started must not be left behind. */
function stopOnErrors(): void {
  process.on('uncaughtException', (error) => {
    failure = error
    stop()
  })
  // Somebody who no longer reads what we print (`npm start | head`) has not asked us to stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
}

async function main(): Promise<void> {
  const run: Run = {
    layout: planLayout(process.env),
    undoing: new Undoing(),
    stopping: stopping.signal,
    say: (name, line) => console.log(`[${name}] ${line}`),
    startedAt: Date.now(),
    units: [],
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => onSignal(run))
  stopWithNpm()
  stopOnErrors()
  const stopped = new Promise((resolve) => stopping.signal.addEventListener('abort', resolve))
  try {
    await bringUp(run)
    await stopped
  } finally {
    stop()
    await run.undoing.run()
  }
  if (failure) throw failure
}

try {
  await main()
  console.log('stopped')
  process.exit(0)
} catch (error) {
  console.error(error instanceof Problem ? `foyer: ${error.message}` : error)
  process.exit(1)
}
