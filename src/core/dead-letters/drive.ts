import type { SubjectRpc } from '../../contract/subject-rpc.ts'
import { indexedStatus } from '../indexed.ts'
import type { SessionIndex } from '../ports.ts'
import type { BegunLetter, UnheardLetter } from './letters.ts'
import { GIVE_UP_MS, decideReplay, outcomeOf } from './replay.ts'
import type { ReplayStore } from './store.ts'

/** Whoever loses a race looks again at once; who goes on losing leaves it to the next one who comes. */
const ROUNDS_MAX = 5
/** Later than a healthy run, sooner than anybody would wonder. */
const LOOK_AFTER_MS = 10 * 60_000
/** One tick's share of each; the next tick takes those behind. */
const REPLAYS_PER_TICK_MAX = 20
const LETTERS_PER_TICK_MAX = 100

export interface ReplayDeps {
  readonly replays: ReplayStore
  readonly index: SessionIndex
  readonly subject: (key: string) => Pick<SubjectRpc, 'reopen' | 'wake'>
  readonly now: () => number
  /** For operators: nothing is lost by it. */
  readonly report: (trouble: unknown) => void
}

/**
 * Moves these replays as far as they go now. May be called by anybody at any time, and be cut off:
 * each move is made once, and what it left undone is found by `lookAfterReplays`. Never throws.
 */
export async function driveReplays(deps: ReplayDeps, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    try {
      await driveReplay(deps, id)
    } catch (error) {
      deps.report(error)
    }
  }
}

/** The net under replays: asks for letters that nothing was heard of, and moves what runs. Never throws. */
export async function lookAfterReplays(deps: ReplayDeps): Promise<void> {
  const { replays, now, report } = deps
  try {
    const unheard = await replays.takeUnheard(now(), LETTERS_PER_TICK_MAX, now() + LOOK_AFTER_MS)
    await Promise.all(unheard.map((letter) => orReport(deps, lookAfter(deps, letter))))
    await driveReplays(deps, await replays.listRunning(REPLAYS_PER_TICK_MAX))
  } catch (error) {
    report(error)
  }
}

async function driveReplay(deps: ReplayDeps, id: string): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const replay = await deps.replays.running(id)
    if (replay === null) return
    const now = deps.now()
    const move = decideReplay(replay, now)
    switch (move.kind) {
      case 'wait':
        return
      case 'end':
        await deps.replays.end(replay, move, outcomeOf(move, replay), now)
        break
      case 'begin':
        await begin(deps, await deps.replays.begin(replay, move, momentsFrom(now)))
        break
    }
  }
}

const momentsFrom = (now: number) => ({
  giveUpAt: now + GIVE_UP_MS,
  lookAt: now + LOOK_AFTER_MS,
})

const begin = (deps: ReplayDeps, letters: readonly BegunLetter[]): Promise<unknown> =>
  Promise.all(letters.map((letter) => orReport(deps, beginLetter(deps, letter))))

/** A subject that does not answer is asked again later. */
const orReport = (deps: ReplayDeps, work: Promise<void>): Promise<void> =>
  work.catch((error: unknown) => deps.report(error))

async function beginLetter(deps: ReplayDeps, letter: BegunLetter): Promise<void> {
  const { replays, subject, now } = deps
  const { id, subjectKey, task } = letter
  if (task.source === 'message') {
    await heardOf(deps, letter)
    return replays.close(id, 'resolved', now())
  }
  const reopened = await subject(subjectKey).reopen(task)
  if (reopened.ok) return
  if (reopened.error === 'forgotten') return replays.close(id, 'gone', now())
  // Somebody gave it another run before, or we did and could not say so: the index hears of it.
  await heardOf(deps, letter)
}

/** Asks the subject how it stands and tells the index, which settles the letters of what is over. */
async function heardOf({ index, subject, now }: ReplayDeps, { subjectKey }: BegunLetter) {
  const status = await subject(subjectKey).wake()
  await index.record(indexedStatus(subjectKey, status), now())
  return status
}

async function lookAfter(deps: ReplayDeps, letter: UnheardLetter): Promise<void> {
  const { task, replayRuns } = letter
  if (replayRuns) return beginLetter(deps, letter)
  if (task.source === 'message') return deps.replays.release(letter.id)
  const { sessions } = await heardOf(deps, letter)
  const session = sessions.find(({ specId }) => specId === task.specId)
  if (session === undefined) return deps.replays.close(letter.id, 'gone', deps.now())
  // The replay was over before the run could be reopened.
  if (session.run === task.run) return deps.replays.release(letter.id)
}
