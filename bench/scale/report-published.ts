import { table } from '../harness/table.ts'
import { dollars, figure, percent } from './describe.ts'
import { SECONDS_PER_MONTH } from './model.ts'
import { PACKINGS, PUBLISHED, type Reading } from './published.ts'
import type { Scale } from './scale.ts'

const MILLION = 1_000_000

const HEAD = [
  'the published rate is …',
  'events a month',
  ...PACKINGS.map((packing) => `${packing} events a call`),
]

const meanings: Readonly<Record<string, string>> = {
  1: 'sustained around the clock',
  0.1: 'a peak of ten times the mean',
  0.01: 'a peak of a hundred times the mean',
}

/** How a sum of ours stands to theirs. */
const against = (usd: number, theirs: number): string =>
  usd > theirs
    ? `${dollars(usd)}, ${figure(usd / theirs)} × theirs`
    : `${dollars(usd)}, ${percent(usd / theirs)} of theirs`

const readings = (all: readonly Reading[], theirs: number): readonly string[] =>
  table(
    HEAD,
    all.map(({ meanShare, eventsPerMonth, usd }) => [
      meanings[meanShare] ?? percent(meanShare),
      figure(eventsPerMonth),
      ...usd.map((one) => against(one, theirs)),
    ]),
  )

/** Of a rate that is sustained. */
const costs = ([sustained]: readonly Reading[]): string =>
  PACKINGS.map(
    (packing, at) => `${dollars(sustained?.usd[at] ?? 0)} with ${packing} events a call`,
  ).join(', ')

export function beside({ published: { S17, A17 } }: Scale): readonly string[] {
  return [
    '## Beside the published systems',
    '',
    'Of both a rate and a bill are known. Not known: whether the rate is a peak or a mean, what an event is, how many share a message, how many people sign up in a month, what the bill includes, whether it is of list prices, and in which year. So each is reckoned in several readings, for events alone, without mails, model and Auth0.',
    '',
    `### S17: 50,000 sessions at a time, 10,000 events/s, ${dollars(PUBLISHED.S17.usd)} a month`,
    '',
    ...readings(S17.readings, PUBLISHED.S17.usd),
    '',
    `- That much money takes in ${figure(S17.events)} events a month here, or ${figure(S17.signUps)} sign-ups with everything that belongs to them, or ${figure(S17.signUpsOfPlatform)} without mails and model.`,
    `- The two figures fit each other as a peak: an event every five seconds from each session. Sessions that are always 50,000, of people who stay for ten minutes, are ${figure(S17.signUpsOfSessions / MILLION)} million sign-ups a month and ${dollars(S17.platformOfSessions)} here.`,
    `- As sustained rates we are dearer: by the rows that objects write, two for each call and two for each alarm, and by what Postgres keeps, which alone is ${dollars(S17.eventStorage)}. With everything else that would make it cheaper (see below) it is ${costs(S17.readingsMadeCheaper)}.`,
    `- The peak itself is no matter of money: 10,000 events/s are ${figure(PUBLISHED.S17.eventsPerSecond / PACKINGS[0])} messages/s with two events a call, which is just what one queue takes, and fewer as the client sends more in each call; 50,000 sockets lie in as many objects, asleep.`,
    '',
    `### A17: 12,000 events/s, $${PUBLISHED.A17.usdPerActivation} for each activation, ${dollars(PUBLISHED.A17.usd)} a month`,
    '',
    ...readings(A17.readings, PUBLISHED.A17.usd),
    '',
    `- Their two figures of money together are ${figure(A17.activations)} activations a month, if all of it is for those. As many come of ${figure(A17.signUps)} sign-ups here, for ${dollars(A17.usd)} with mails, model, database and Auth0's fee: ${dollars(A17.usdPerActivation)} each.`,
    `- ${figure(A17.events)} events a month is what their bill would take in here beside nothing else.`,
    `- So many activations and 12,000 events/s around the clock would be ${figure((PUBLISHED.A17.eventsPerSecond * SECONDS_PER_MONTH) / A17.activations)} events for each activation: the rate is a peak, or of more than onboarding.`,
    '',
  ]
}
