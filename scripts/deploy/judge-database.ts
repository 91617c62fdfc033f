import { pepperPrint } from '../../src/adapters/neon/pepper-print.ts'
import { createPepper } from '../../src/core/pepper.ts'
import type { Facts } from './facts.ts'
import { type Finding, refuse, unknown } from './finding.ts'

const RUN = 'run `npm run migrate` with the same DATABASE_URL first'

export async function judgeDatabase({ database, given }: Facts): Promise<readonly Finding[]> {
  if (!database.known) return [unknown('database', database.why)]
  const { pending, pepperPrint: first } = database.value
  const waiting =
    pending.length === 0
      ? []
      : [refuse('migrations', `${pending.join(', ')} are not applied: ${RUN}.`)]
  const pepper = given['SUBJECT_PEPPER']
  if (first === null) return waiting
  if (pepper === undefined) {
    const message =
      'was not compared with the one that this database was first used with: put it into the environment, or ask /readyz after the deploy.'
    return [...waiting, unknown('SUBJECT_PEPPER', message)]
  }
  if ((await pepperPrint(createPepper(pepper))) === first) return waiting
  const message =
    'is not the one that this database was first used with: nobody would be found again. Find the old one, or take another database.'
  return [...waiting, refuse('SUBJECT_PEPPER', message)]
}
