import type { ReplayDeps } from '../core/dead-letters/drive.ts'
import { type Bindings, parseSettings } from '../env.ts'
import { describeError, log } from './log.ts'
import { connect } from './neon/database.ts'
import { createReplayStore } from './neon/replay-store.ts'
import { createSessionIndex } from './neon/session-index.ts'

/** What moves replays, for any shell. */
export function createReplayDeps(env: Bindings): ReplayDeps {
  const database = connect(parseSettings(env))
  return {
    replays: createReplayStore(database),
    index: createSessionIndex(database),
    subject: (key) => env.SUBJECTS.getByName(key),
    now: Date.now,
    report: (trouble) => log('warn', 'replay.interrupted', { error: describeError(trouble) }),
  }
}
