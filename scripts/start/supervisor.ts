import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from '../migrate.ts'
import { openControl } from './control.ts'
import { fireCrons, parseCrons } from './cron.ts'
import { toEnvFile } from './env-file.ts'
import { claimDataFolder } from './instance.ts'
import { assertPortsFree, type Layout, ROOT, urlOf } from './layout.ts'
import { planServices } from './local-services.ts'
import { writePrivately } from './private-file.ts'
import { Problem } from './problem.ts'
import { readyLine, table } from './report.ts'
import { openSecrets } from './secrets.ts'
import { type Plan, planSettings } from './settings.ts'
import { type Say, Unit } from './unit.ts'
import { buildWeb } from './web-build.ts'
import { planApp } from './wrangler.ts'

/** Everything that has to be undone, in the reverse order of doing. */
export class Undoing {
  readonly #steps: (() => unknown)[] = []

  add(step: () => unknown): void {
    this.#steps.push(step)
  }

  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step()
      } catch (error) {
        console.error(error) // The other steps matter all the more.
      }
    }
  }
}

export interface Run {
  readonly layout: Layout
  readonly undoing: Undoing
  readonly stopping: AbortSignal
  readonly say: Say
  readonly startedAt: number
  /** Every unit that may be running, for who cannot wait. */
  readonly units: Unit[]
}

/**
 * Brings the whole system up and returns when it is ready; or, when `stopping` says so, earlier.
 * @throws a Problem when it cannot be brought up. What was begun is in `undoing` either way.
 */
export async function bringUp(run: Run): Promise<void> {
  const { layout, undoing, stopping, say } = run
  undoing.add(await claimDataFolder(layout))
  const plan = planSettings(process.env, openSecrets(layout.dataDirectory), layout)
  await assertPortsFree(layout, ['app', ...plan.services])
  const envFile = join(layout.dataDirectory, 'worker.env')
  writePrivately(envFile, toEnvFile(plan.settings))

  const services = planServices(layout, plan).map((unitPlan) => new Unit(unitPlan, say))
  const needed = services.filter((unit) => plan.services.some((name) => name === unit.plan.name))
  run.units.push(...services)
  undoing.add(() => Promise.all(services.map((unit) => unit.stop())))
  await Promise.all([
    ...needed.map((unit) => startOrFail(unit, stopping)),
    buildWeb(layout, stopping, say),
  ])
  if (stopping.aborted) return
  await applyMigrations(plan)

  const app = new Unit(planApp(layout, envFile), say)
  run.units.push(app)
  undoing.add(() => app.stop())
  if (stopping.aborted) return
  await startOrFail(app, stopping)
  undoing.add(
    fireCrons(urlOf(layout, 'app'), parseCrons(readFileSync(join(ROOT, 'wrangler.toml'), 'utf8'))),
  )
  undoing.add(await openControl(layout.dataDirectory, run.units))
  if (stopping.aborted) return
  console.log(`\n${table(layout, plan, run.units)}\n\n${readyLine(layout, run.startedAt)}`)
}

async function startOrFail(unit: Unit, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return
  const giveUp = () => void unit.stop()
  stopping.addEventListener('abort', giveUp, { once: true })
  const healthy = await unit.start()
  stopping.removeEventListener('abort', giveUp)
  if (!healthy && !stopping.aborted) {
    throw new Problem(`${unit.plan.name} did not start, see above`)
  }
}

async function applyMigrations({ settings }: Plan): Promise<void> {
  const { DATABASE_URL = '', DATABASE_HTTP_URL } = settings
  try {
    await migrate({
      databaseUrl: DATABASE_URL,
      databaseHttpUrl: DATABASE_HTTP_URL,
      directory: join(ROOT, 'migrations'),
    })
  } catch (error) {
    const reason = error instanceof Error ? [error.message, reasonOf(error.cause)].join(': ') : ''
    throw new Problem(`the database could not be migrated: ${reason}`)
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : ''
}
