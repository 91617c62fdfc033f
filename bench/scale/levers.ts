import type { Counts } from './counts.ts'
import type { Premises } from './model.ts'
import type { MomentName } from './moments.ts'
import { CLOUDFLARE_MAIL } from './prices.ts'

/** A way to make it cheaper: the premises as they would be. */
export interface Lever {
  readonly name: string
  readonly where: string
  readonly apply: (premises: Premises) => Premises
}

const changed = (
  premises: Premises,
  name: MomentName,
  change: (counts: Counts) => Partial<Counts>,
): Premises => {
  const moment = premises.moments[name]
  const counts = { ...moment.counts, ...change(moment.counts) }
  return { ...premises, moments: { ...premises.moments, [name]: { ...moment, counts } } }
}

/** What a hundredth is enough for: to see what people do, not what each of them did. */
const SAMPLED_SHARE = 0.01

/** Of which some are settings; the others would be changes to the code. */
export const LEVERS: readonly Lever[] = [
  {
    name: 'mails by Cloudflare instead of Resend',
    where: '`MAIL_PROVIDER` (no keys: a mail may come twice)',
    apply: (premises) => ({
      ...premises,
      prices: { ...premises.prices, mails: CLOUDFLARE_MAIL },
    }),
  },
  {
    name: 'the rules decide alone',
    where: 'no `OPENAI_API_KEY`',
    apply: (premises) => ({
      ...premises,
      assumed: { ...premises.assumed, questionsPerPerson: 0 },
    }),
  },
  {
    name: 'reports of events gather four times as long',
    where: '`client/behaviour.ts` (`FLUSH_AFTER_MS`); hints come as much later',
    apply: ({ assumed, ...rest }) => ({
      ...rest,
      assumed: { ...assumed, eventsPerCall: assumed.eventsPerCall * 4 },
    }),
  },
  {
    name: 'an object writes down what Postgres has with its next change',
    where: '`durable-objects/behaviour.ts` (`published`), a row less for each report',
    apply: (premises) =>
      changed(
        changed(premises, 'eventsCall', ({ rows }) => ({ rows: rows - 1 })),
        'feedback',
        ({ rows }) => ({ rows: rows - 1 }),
      ),
  },
  {
    name: 'Postgres keeps one event in a hundred',
    where: '`queues/behaviour.ts` (`keepEvents`); the journeys stay whole, the log does not',
    apply: (premises) => ({ ...premises, keptShare: SAMPLED_SHARE }),
  },
  {
    name: 'one trace in a hundred',
    where: '`wrangler.toml` (`head_sampling_rate`)',
    apply: (premises) => ({ ...premises, tracedShare: premises.tracedShare / 10 }),
  },
  {
    name: 'a consumer tells an object all results of a pass at once',
    where: '`src/hydration/hydrate-subject.ts` (`tell`); progress shows less',
    apply: (premises) =>
      changed(
        changed(premises, 'hydration', ({ objectCalls }) => ({ objectCalls: objectCalls - 3 })),
        'claim',
        ({ objectCalls }) => ({ objectCalls: objectCalls - 2 }),
      ),
  },
]
