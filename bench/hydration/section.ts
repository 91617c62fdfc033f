import { tmpdir } from 'node:os'
import { MEMORY_FOLDER } from '../harness/memory.ts'
import { ms, short, table, told, whole } from '../harness/table.ts'
import type { Section } from '../section.ts'
import { CONSUMERS, type Comparison, compareHydration } from './compare.ts'
import { BATCH_SIZE } from './deliver.ts'

/** Round trips to Postgres for one session. */
const GOAL = 0.15

export const hydration: Section = {
  name: 'hydration',
  title: 'What hydration costs',
  async measure() {
    const comparisons = await compareHydration(MEMORY_FOLDER ?? tmpdir())
    const measured = comparisons.map((one) => ({
      ...one,
      roundTripsGoal: GOAL,
      roundTripsToGoalRatio: one.calls.database / GOAL,
    }))
    return {
      figures: { consumers: CONSUMERS, batchSize: BATCH_SIZE, comparisons: measured },
      markdown: [
        `Wake-ups of people who have just signed up, ${BATCH_SIZE} a batch and ${CONSUMERS} batches at a time, until everybody is merged: in Postgres, all are counted; in their own objects, some are asked. Providers answer at once; PostgreSQL keeps what it commits; the objects' storage is ${MEMORY_FOLDER === null ? 'on disk' : 'in memory'}. The bare platform takes the same messages and writes the same rows with two sorted upserts in one transaction. It opens nobody's object, asks no provider, tells the index nothing before it begins, and has nothing to go on from when it dies: the ratio is the price of all that. Ratios: 1 is the bare platform.`,
        '',
        ...table(
          ['', 'sessions/s', 'CPU a session', 'round trips a session'],
          comparisons.flatMap(({ name, bare, foyer, calls }) => [
            [`${name}: bare upserts`, whole(bare.perSecond), ms(bare.cpuMs), short(1 / BATCH_SIZE)],
            [
              `${name}: Foyer`,
              whole(foyer.perSecond),
              ms(foyer.cpuMs),
              `${short(calls.database)} (goal ${GOAL})`,
            ],
          ]),
        ),
        '',
        ...table(
          ['', 'throughput ratio', 'CPU time ratio'],
          comparisons.map(({ name, throughputRatio, cpuRatio }) => [
            name,
            told(throughputRatio),
            cpuRatio === null ? '' : told(cpuRatio),
          ]),
        ),
        '',
        ...comparisons.map(roundTrips),
      ],
    }
  },
}

/** A batch writes its sessions before and after: what is above two belongs to the accounts. */
function roundTrips({ name, calls }: Comparison): string {
  const ofBatch = calls.database * BATCH_SIZE
  const others = [
    ...(calls.identity > 0 ? [`${short(calls.identity)} calls of identity`] : []),
    ...(calls.billing > 0 ? [`${short(calls.billing)} of billing`] : []),
    ...(calls.mail > 0 ? [`${short(calls.mail)} of mail`] : []),
  ]
  return `- ${name}: ${short(ofBatch)} round trips a full batch, of which two tell the index (before and after) and ${short(Math.max(0, ofBatch - 2))} write the accounts that became ready together${others.length === 0 ? '' : `; ${others.join(', ')} a session`}.`
}
