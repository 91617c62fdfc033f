import { setImmediate } from 'node:timers/promises'
import { drawHands } from './hands.ts'
import { type Decisions, PRODUCTION } from './decisions.ts'
import { Violation } from './invariants.ts'
import { Mailboxes } from './mailbox.ts'
import { drawPeople } from './people.ts'
import { drawPlan } from './plan.ts'
import { Random } from './random.ts'
import { silently } from './silence.ts'
import { createStage } from './stage.ts'
import type { Happening } from './trace.ts'
import { drawWeather, tellWeather } from './weather.ts'
import { World } from './world.ts'

export interface Outcome {
  readonly seed: number
  readonly steps: number
  /** Equal for two runs in which the same happened. */
  readonly hash: string
  readonly violation: Violation | null
  /** Empty unless asked for. */
  readonly story: readonly Happening[]
}

export interface RunOptions {
  readonly decisions?: Decisions
  readonly keepsStory?: boolean
}

/** What to type to see a run again. */
export const replayCommand = (seed: number): string => `npm run simulate -- --seed ${seed} --trace`

/** Clocks jump a few times, or never. */
const JUMPS = [0, 0, 2, 8] as const

/** One run: a world, its people and its weather, all drawn from the seed. */
export async function simulate(seed: number, options: RunOptions = {}): Promise<Outcome> {
  const { decisions = PRODUCTION, keepsStory = false } = options
  // Between two worlds the real one may go on.
  await setImmediate()
  const random = new Random(`seed ${seed}`)
  const weather = drawWeather(random.fork('weather'))
  const stage = createStage({ random, weather, decisions, keepsStory })
  stage.trace.note('weather', tellWeather(weather))
  const world = new World(stage, drawPlan(random.fork('plan')))
  const people = drawPeople(world, random.fork('people'), weather.until)
  drawHands(world, people, random.fork('hands'), weather.until)
  new Mailboxes(world, people, random.fork('mailboxes')).open()
  const clocks = random.fork('clocks')
  const owners = [...people.map(({ name }) => name), 'consumers', 'cron']
  stage.clocks.disturb(owners, clocks.pick(JUMPS), weather.until, clocks)
  const violation = await silently(() => runToRest(world))
  return {
    seed,
    steps: world.steps,
    hash: stage.trace.hash,
    violation,
    story: stage.trace.story,
  }
}

async function runToRest(world: World): Promise<Violation | null> {
  try {
    await world.rest()
    return null
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    world.stage.trace.note('VIOLATION', error.message)
    return error
  }
}
