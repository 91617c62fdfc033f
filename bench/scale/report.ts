import { table } from '../harness/table.ts'
import { change, dollars, figure, percent } from './describe.ts'
import { inOrder } from './limits.ts'
import { MODEL_USD_PER_DAY } from './limits-providers.ts'
import { type Premises, SECONDS_PER_MONTH } from './model.ts'
import { beside } from './report-published.ts'
import { premisesSection } from './report-premises.ts'
import { PUBLISHED } from './published.ts'
import { LOADS, MILLION, type Scale } from './scale.ts'

const DAYS_PER_MONTH = 365 / 12

/** `scale.md`. */
export const toMarkdown = (scale: Scale, premises: Premises): string =>
  [
    '# What it costs, and where it ends',
    '',
    'Written by `npm run bench:scale`. A model on paper: what the code does for one person, counted; times how many people come; times what others bill. Nothing of it was run at this size. What one person causes is counted, prices and limits have their pages, and what is assumed stands in a table of its own.',
    '',
    ...summary(scale, premises),
    ...bills(scale),
    ...beside(scale),
    ...limits(scale),
    ...levers(scale),
    ...sensitivity(scale),
    ...premisesSection(premises),
    '',
  ].join('\n')

const million = ({ bills: all }: Scale) => {
  const bill = all.find(({ signUps }) => signUps === MILLION)
  if (bill === undefined) throw new Error('a million is one of the loads')
  return bill
}

function summary(scale: Scale, { assumed }: Premises): readonly string[] {
  const { total, platform, parts } = million(scale)
  const [first, second] = parts.toSorted((one, other) => other.usd - one.usd)
  if (first === undefined || second === undefined) throw new Error('a bill has parts')
  const { S17, A17 } = scale.published
  const mean = S17.events / SECONDS_PER_MONTH
  const [sustained] = S17.readings
  const [binding, next] = inOrder(scale.limits).filter(({ delays }) => delays)
  const rate = (limit: typeof binding): string => figure(limit?.bindsAt?.rate ?? 0)
  return [
    '## In plain words',
    '',
    `- **A million sign-ups a month cost ${dollars(total)}**, ${dollars(total / MILLION)} each and ${dollars(scale.perActivation)} for each activation, with mails, model and database. What Cloudflare and Postgres take of it is ${dollars(platform)}.`,
    `- **The two biggest parts are ${first.name.toLowerCase()} (${dollars(first.usd)}, ${percent(first.usd / total)}) and ${second.name.toLowerCase()} (${dollars(second.usd)}, ${percent(second.usd / total)})**; neither is ours to make cheaper but by settings. Of the platform it is the rows that objects write.`,
    `- **Not in it: people who sign in at Auth0.** Foyer creates its users and signs nobody in there, and Auth0 bills who is active. If all who finish did, a million sign-ups were ${dollars(scale.auth0Active)} more by the price of its smallest step, ${figure(scale.auth0Active / total)} times the rest.`,
    `- **Beside the published systems**: an activation costs ${dollars(A17.usdPerActivation)} here and $0.05 there. For $1,170 a month we take in a mean of ${figure(mean)} events/s, ${percent(mean / PUBLISHED.S17.eventsPerSecond)} of the rate that is published with that bill. Taken as a rate around the clock theirs is ${figure((sustained?.eventsPerMonth ?? 0) / 1e9)} billion events a month, which cost ${dollars(sustained?.usd[0] ?? 0)} here with ${assumed.eventsPerCall} events a call and ${dollars(sustained?.usd[1] ?? 0)} with a hundred. There we are dearer; no price below lets $1,170 pay for it, so it must be a peak.`,
    `- **First to bind: ${binding?.name ?? ''}**, at ${rate(binding)} sign-ups/s, then ${next?.name ?? ''} at ${rate(next)}. Both are asked for more, not built around; people wait longer for a code, nobody is lost within 24 h. The model's budget of ${dollars(MODEL_USD_PER_DAY)} a day ends earlier, and then the rules decide.`,
    '',
  ]
}

function bills(scale: Scale): readonly string[] {
  const names = scale.bills[0]?.parts.map(({ name }) => name) ?? []
  const cells = (name: string): readonly string[] =>
    scale.bills.map(({ parts }) => dollars(parts.find((part) => part.name === name)?.usd ?? 0))
  const { total } = million(scale)
  const share = (name: string): string =>
    percent((million(scale).parts.find((part) => part.name === name)?.usd ?? 0) / total)
  return [
    '## A month',
    '',
    'List prices, in US dollars; what the fees include is taken off. Sign-ups come evenly.',
    '',
    ...table(
      ['', ...LOADS.map((signUps) => `${figure(signUps)} sign-ups`), 'share of the million'],
      [
        ...names.map((name) => [name, ...cells(name), share(name)]),
        ['**Together**', ...scale.bills.map((bill) => `**${dollars(bill.total)}**`), ''],
        [
          'Without mails, model and Auth0',
          ...scale.bills.map((bill) => dollars(bill.platform)),
          '',
        ],
      ],
    ),
    '',
    `The second million costs ${dollars(scale.nextMillion)}. The model is reckoned without its daily budget: with the default of ${dollars(MODEL_USD_PER_DAY)} a day it takes at most ${dollars(MODEL_USD_PER_DAY * DAYS_PER_MONTH)} a month, and the rules decide the rest. A million people who stay cost what their objects and rows take, again every month (*Objects: storage*, *Postgres: storage*); rows of events are kept until somebody is erased.`,
    '',
  ]
}

const limits = (scale: Scale): readonly string[] => [
  '## Where each limit binds',
  '',
  'Rates are of the whole deployment, in the long run; how many come at once does not matter, as long as the queue takes their wake-ups.',
  '',
  ...table(
    ['limit', 'binds at', 'how', 'then', 'what to do'],
    inOrder(scale.limits).map(({ name, source, bindsAt, reckoned, effect, remedy }) => [
      'url' in source ? `[${name}](${source.url})` : `${name} (${source.code})`,
      bindsAt === null ? 'no rate' : `${figure(bindsAt.rate)} ${bindsAt.unit}`,
      reckoned,
      effect,
      remedy,
    ]),
  ),
  '',
]

function levers(scale: Scale): readonly string[] {
  const { total, platform } = million(scale)
  return [
    '## What would make it cheaper',
    '',
    'Each by itself, for a million sign-ups a month.',
    '',
    ...table(
      ['', 'where', 'together', 'without mails, model and Auth0'],
      scale.levers.map((lever) => [
        lever.name,
        lever.where,
        `${dollars(lever.total)} (${change(total, lever.total)})`,
        `${dollars(lever.platform)} (${change(platform, lever.platform)})`,
      ]),
    ),
    '',
    'A small deployment pays most for Postgres, which never sleeps: the cron looks every five minutes, as long as Neon waits before it lets a compute sleep. Every ten minutes would let it sleep half of the time.',
    '',
  ]
}

function sensitivity(scale: Scale): readonly string[] {
  const { total } = million(scale)
  return [
    '## What is assumed, and what hangs on it',
    '',
    'How the bill of a million changes when one of them is doubled (a share at most to all). They stand in `assumptions.ts`, which says what each means.',
    '',
    ...table(
      ['assumed', 'value', 'doubled', 'together', 'why so'],
      scale.sensitivity.map(({ name, value, to, total: then, why }) => [
        `\`${name}\``,
        String(value),
        String(to),
        `${dollars(then)} (${change(total, then)})`,
        why,
      ]),
    ),
    '',
  ]
}
