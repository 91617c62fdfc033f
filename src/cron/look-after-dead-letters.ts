import { createReplayDeps } from '../adapters/replay-deps.ts'
import { lookAfterReplays } from '../core/dead-letters/drive.ts'
import type { Bindings } from '../env.ts'

/** The net under replays, for when a consumer died with the news or a subject did not answer. */
export const lookAfterDeadLetters = (env: Bindings): Promise<void> =>
  lookAfterReplays(createReplayDeps(env))
