import type { BehaviourEvent } from '../../contract/behaviour.ts'
import type { Untold } from '../../contract/behaviour-rpc.ts'
import type { StepFailure } from '../../contract/hydration.ts'
import type { Result } from '../../contract/result.ts'
import type { Experiment } from '../experiment/assignment.ts'

/** An event, and whose it is. */
export interface OwnedEvent extends BehaviourEvent {
  readonly person: string
  readonly subjectKey: string
}

/** The experiment of the present settings, and when it was seen. */
export interface SeenExperiment extends Experiment {
  /** Epoch milliseconds. */
  readonly seenAt: number
}

/**
 * What Postgres keeps of behaviour. Told again, and in another order, it comes to the same rows; of a
 * session that was erased nothing is kept. All or nothing of a call; never throws.
 */
export interface BehaviourStore {
  /** The first telling of an event counts. */
  keepEvents(events: readonly OwnedEvent[]): Promise<Result<null, StepFailure>>
  /**
   * Of a journey its newest version counts. Of a decision its newest version says whose it is, and of
   * each thing that became of it the earliest moment ever told counts. What a version says must be
   * the same whenever it is told.
   */
  keepUntold(untold: Untold, experiment: SeenExperiment): Promise<Result<null, StepFailure>>
}
