import type { DecisionRecord } from '../../../src/contract/behaviour-rpc.ts'
import { type DayCounts, type Exposure, countLog } from '../../../src/core/bandit/day-counts.ts'
import { versionOf } from '../../../src/core/recommendation/draw.ts'
import type { WordsInUse } from '../../../src/core/recommendation/words-in-use.ts'

/** Words that no other test uses. */
export function freshWords(promptVersions = ['rules-1', 'prompt-1']): WordsInUse {
  const catalogueVersion = crypto.randomUUID()
  const versions = promptVersions.map((version) => versionOf(version, catalogueVersion))
  return { catalogueVersion, promptVersions, versions }
}

/** What the log should be counted as: certain decisions, and those that gave way, are none of it. */
export const countsOf = (
  decisions: readonly DecisionRecord[],
  { versions }: WordsInUse,
  now: number,
): readonly DayCounts[] =>
  versions.flatMap((version) => countLog(decisions.flatMap(exposureOf), version, now))

function exposureOf(decision: DecisionRecord): readonly Exposure[] {
  const { id, segment, tone, exposedAt, clickedAt, supersededAt, tonePropensity } = decision
  const gaveWay = supersededAt !== null && (clickedAt === null || clickedAt >= supersededAt)
  if (exposedAt === null || tonePropensity === 1 || gaveWay) return []
  const version = versionOf(decision.promptVersion, decision.catalogueVersion)
  return [{ id, segment, arm: tone, version, exposedAt, clickedAt }]
}
