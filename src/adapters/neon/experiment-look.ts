import type { Experiment } from '../../core/experiment/assignment.ts'
import {
  ACTIVATION_WINDOW_MS,
  type Groups,
  NOBODY,
  SETTLED_AFTER_MS,
  lookAtSizes,
  settledAt,
} from '../../core/experiment/comparisons.ts'
import { DURATION_MS } from '../../core/experiment/limits.ts'
import type { Database } from './database.ts'
import { type KnownExperiment, countGroups, keepLook, knownExperiment } from './experiment-store.ts'

/** An experiment as it stands. */
export interface ExperimentLook extends KnownExperiment {
  readonly groups: Groups
}

/**
 * Throws when the database cannot.
 *
 * @param now epoch milliseconds
 */
export async function lookAtExperiment(
  database: Database,
  experiment: Experiment,
  now: number,
): Promise<ExperimentLook> {
  const known = await knownExperiment(database, experiment)
  const { startedAt, isOneSplit, watch, finalGroups } = known
  if (startedAt === null) return { ...known, groups: NOBODY }
  if (finalGroups !== null) return { ...known, groups: finalGroups }
  const groups = await countGroups(database, experiment.id, {
    from: startedAt,
    until: startedAt + DURATION_MS,
    closedBefore: now - ACTIVATION_WINDOW_MS - SETTLED_AFTER_MS,
  })
  // Drawn in several proportions they have the sizes of none.
  return {
    ...known,
    groups,
    watch: isOneSplit ? lookAtSizes(experiment, groups, watch, now) : watch,
  }
}

/** The same, written down. After the last look nobody counts again. */
export async function watchExperiment(
  database: Database,
  experiment: Experiment,
  now: number,
): Promise<void> {
  const look = await lookAtExperiment(database, experiment, now)
  const { startedAt, finalGroups, groups, watch } = look
  if (startedAt === null || finalGroups !== null) return
  await keepLook(database, experiment.id, watch, now >= settledAt(startedAt) ? groups : null, now)
}
