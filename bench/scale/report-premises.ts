import { table } from '../harness/table.ts'
import { figure } from './describe.ts'
import { lifeOf } from './life.ts'
import type { Premises } from './model.ts'
import { MEASURED_ON, MOMENT_NAMES, STORED_BYTES } from './moments.ts'
import { METERS } from './meters.ts'
import { CLOUDFLARE_MAIL, LOOKED_UP_ON, type Price, type Source } from './prices.ts'
import { MODEL_TOKENS } from './prompt-tokens.ts'

export const premisesSection = (premises: Premises): readonly string[] => [
  ...moments(premises),
  ...prices(premises),
  ...leftOut,
]

function moments({ assumed, moments: all }: Premises): readonly string[] {
  const life = lifeOf(assumed)
  return [
    '## What one sign-up does',
    '',
    `Counted in workerd on ${MEASURED_ON}, with PostgreSQL and the local providers, by watching every call, row, alarm, message and statement of the real Worker; a unit test holds entries, calls and alarms to the production decider. How often a moment comes follows from what is assumed. Calls to budgets and statements are those of a batch of one and, behind the slash, of a full one: counted for 25 sign-ups at once, else reckoned from what is done once for a batch.`,
    '',
    ...table(
      [
        'moment',
        'how often',
        'requests',
        'object calls',
        'budget calls',
        'alarms',
        'rows',
        'alarms set',
        'messages',
        'statements',
      ],
      MOMENT_NAMES.map((name) => {
        const { counts, code } = all[name]
        const { budgetCalls, statements } = counts
        return [
          `\`${name}\` (${code})`,
          figure(life[name]),
          String(counts.requests),
          String(counts.objectCalls),
          `${figure(budgetCalls.alone)} / ${figure(budgetCalls.inFullBatch)}`,
          String(counts.alarms),
          String(counts.rows),
          String(counts.alarmsSet),
          String(counts.hydrationMessages + counts.behaviourMessages + counts.questionMessages),
          `${figure(statements.alone)} / ${figure(statements.inFullBatch)}`,
        ]
      }),
    ),
    '',
    `Stored, measured: an object has ${STORED_BYTES.objectAfterRun.toLocaleString('en')} bytes after its run and ${STORED_BYTES.objectAfterVisit.toLocaleString('en')} after a visit (SQLite counts in pages); in Postgres, with indexes, a session takes ${STORED_BYTES.sessionRow} bytes, an account ${STORED_BYTES.userRow}, an event ${STORED_BYTES.eventRow}, a journey ${STORED_BYTES.journeyRow}, a decision ${STORED_BYTES.decisionRow}. A prompt has some ${figure(MODEL_TOKENS.input)} tokens (its bytes divided by four), an answer ${MODEL_TOKENS.output}.`,
    '',
  ]
}

const link = ({ url, asOf, note }: Source): readonly string[] => [
  `<${url}>`,
  asOf ?? 'not dated',
  note ?? '',
]

const priced = (name: string, { usd, per, included, source }: Price): readonly string[] => [
  name,
  `$${usd} for ${per === 1 ? 'one' : figure(per)}`,
  included === 0 ? '' : figure(included),
  ...link(source),
]

const prices = (premises: Premises): readonly string[] => [
  '## Prices',
  '',
  `Looked up on ${LOOKED_UP_ON} in stored copies of these pages (of Cloudflare's in their sources, github.com/cloudflare/cloudflare-docs); what is live may differ.`,
  '',
  ...table(
    ['', 'US dollars', 'included', 'page', 'as of', ''],
    [
      ...METERS.map((meter) => priced(`\`${meter}\``, premises.prices[meter])),
      priced('mails by Cloudflare', CLOUDFLARE_MAIL),
      ...premises.fees.map(({ name, usd, source }) => [
        name,
        `$${usd} a month`,
        '',
        ...link(source),
      ]),
    ],
  ),
  '',
]

const leftOut: readonly string[] = [
  '## What is counted and what is not',
  '',
  'Counted, though it may be free: pings that the platform answers by itself (twenty are a request), and a batch that is delivered (a request). Left out: Stripe, whose customers cost nothing until they pay; lines of the log, of which a sign-up that goes well writes none; Turnstile, Access for a few operators and rate limits, which are free (of what is free no page was looked up); what leaves Neon (the first 100 GB a month are included) and its restore window; wallets, which need no mail; retries, dead letters and replays, which are rare; taxes, support plans and people.',
]
