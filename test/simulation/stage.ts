import { Clocks } from './clocks.ts'
import type { Decisions } from './decisions.ts'
import { Faults, type Weather } from './faults.ts'
import type { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { Trace } from './trace.ts'

/** What every part of the world stands on. */
export interface Stage {
  readonly scheduler: Scheduler
  readonly clocks: Clocks
  readonly faults: Faults
  readonly trace: Trace
  /** How long things take. */
  readonly delays: Random
  readonly ids: Random
  readonly decisions: Decisions
}

export interface StageOptions {
  readonly random: Random
  readonly weather: Weather
  readonly decisions: Decisions
  /** Whether the story is kept, beside its hash. */
  readonly keepsStory: boolean
}

export function createStage({ random, weather, decisions, keepsStory }: StageOptions): Stage {
  const scheduler = new Scheduler()
  const trace = new Trace(() => scheduler.now, keepsStory)
  return {
    scheduler,
    trace,
    decisions,
    clocks: new Clocks(scheduler, trace),
    faults: new Faults(weather, random.fork('faults'), scheduler, trace),
    delays: random.fork('delays'),
    ids: random.fork('ids'),
  }
}
