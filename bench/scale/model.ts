import type { Assumptions } from './assumptions.ts'
import { type Counts, share } from './counts.ts'
import { framesOf, lifeOf } from './life.ts'
import { type Meter, METERS, type Usage, usageOf } from './meters.ts'
import {
  BATCH_MAX,
  MOMENT_NAMES,
  type Moment,
  type MomentName,
  type Queue,
  STORED_BYTES,
} from './moments.ts'
import type { Fee, Price, Prices } from './prices.ts'
import { MODEL_TOKENS } from './prompt-tokens.ts'

const HOURS_PER_MONTH = 730
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3_600
const GB_BYTES = 1_000_000_000
/** What the platform bills for an object's memory, whatever it takes. */
const OBJECT_GB = 0.128
const OPERATIONS_PER_MESSAGE = 3
const FRAMES_PER_REQUEST = 20
/** As the cron of wrangler.toml; Neon would let a compute sleep after the same five minutes, so it never does. */
const TICKS_PER_HOUR = 12
const POSTGRES_CU_MIN = 0.25

/** What is reckoned with; a doubt, or a way to make it cheaper, is another one of these. */
export interface Premises {
  readonly assumed: Assumptions
  readonly moments: Readonly<Record<MomentName, Moment>>
  readonly prices: Prices
  readonly fees: readonly Fee[]
  /** As `head_sampling_rate` of the traces in wrangler.toml. */
  readonly tracedShare: number
  /** Of events, in Postgres. */
  readonly keptShare: number
}

/** What comes in a month, evenly. */
export interface Load {
  readonly signUps: number
  /** Of members who go on using the product, beyond those of newcomers. */
  readonly furtherEvents: number
}

/** How often each moment comes in a month. */
function oftenOf({ assumed }: Premises, load: Load): Readonly<Record<MomentName, number>> {
  const often = lifeOf(assumed)
  for (const name of MOMENT_NAMES) often[name] *= load.signUps
  const further = load.furtherEvents / assumed.eventsPerCall
  often.eventsCall += further
  often.tellingAlarm += further / assumed.eventsCallsPerAlarm
  return often
}

/** All of a kind that happens in a month. */
export function totalOf(
  premises: Premises,
  load: Load,
  amount: (counts: Counts, moment: Moment) => number,
): number {
  const often = oftenOf(premises, load)
  return MOMENT_NAMES.reduce((sum, name) => {
    const moment = premises.moments[name]
    return sum + often[name] * amount(moment.counts, moment)
  }, 0)
}

/** How full batches are: a consumer waits a second for company, and takes no more than a batch holds. */
function batchesOf(premises: Premises, load: Load): Readonly<Record<Queue, number>> {
  const messages = messagesOf(premises, load)
  const sizeOf = (queue: Queue): number =>
    Math.min(Math.max(messages[queue] / SECONDS_PER_MONTH, 1), BATCH_MAX[queue])
  // Questions wait for nobody.
  return { hydration: sizeOf('hydration'), behaviour: sizeOf('behaviour'), questions: 1 }
}

/** In a month. */
const messagesOf = (premises: Premises, load: Load): Readonly<Record<Queue, number>> => ({
  hydration: totalOf(premises, load, (counts) => counts.hydrationMessages),
  behaviour: totalOf(premises, load, (counts) => counts.behaviourMessages),
  questions: totalOf(premises, load, (counts) => counts.questionMessages),
})

/** Of Postgres, in a month. */
export function statementsOf(premises: Premises, load: Load): number {
  const batches = batchesOf(premises, load)
  return totalOf(premises, load, ({ statements }, { queue }) =>
    share(statements, batches[queue], BATCH_MAX[queue]),
  )
}

/** Of one CU, in a month. */
const postgresBusySeconds = (premises: Premises, load: Load): number =>
  (statementsOf(premises, load) * premises.assumed.statementMs +
    eventsUnder(premises, load) * premises.keptShare * premises.assumed.eventRowMs) /
  1_000

const eventsUnder = ({ assumed }: Premises, { signUps, furtherEvents }: Load): number =>
  signUps * assumed.eventsPerPerson + furtherEvents

/** Everything that is billed for a month under this load. */
export function usageUnder(premises: Premises, load: Load): Usage {
  const { assumed, tracedShare } = premises
  const total = (amount: (counts: Counts, moment: Moment) => number): number =>
    totalOf(premises, load, amount)
  const batches = batchesOf(premises, load)
  const messages = messagesOf(premises, load)
  const delivered = messages.hydration + messages.behaviour + messages.questions
  const deliveries =
    messages.hydration / batches.hydration +
    messages.behaviour / batches.behaviour +
    messages.questions
  const requests = total((counts) => counts.requests)
  const workerRequests = requests + deliveries + HOURS_PER_MONTH * TICKS_PER_HOUR
  const objectRequests =
    total((counts) => counts.objectCalls + counts.alarms) +
    total(({ budgetCalls }, { queue }) => share(budgetCalls, batches[queue], BATCH_MAX[queue])) +
    (load.signUps * framesOf(assumed)) / FRAMES_PER_REQUEST
  const cuHours = postgresBusySeconds(premises, load) / assumed.postgresBusyShare / 3_600
  const modelCalls = total((counts) => counts.modelCalls)
  return {
    workerRequests,
    workerCpuMs: requests * assumed.requestCpuMs + delivered * assumed.messageCpuMs,
    objectRequests,
    objectGbSeconds: (objectRequests * assumed.objectActiveMs * OBJECT_GB) / 1_000,
    objectRowsWritten: total((counts) => counts.rows + counts.alarmsSet),
    objectRowsRead: total((counts) => counts.rowsRead),
    queueOperations: delivered * OPERATIONS_PER_MESSAGE,
    archivePuts: total((counts) => counts.archivePuts),
    traceEvents: (workerRequests + objectRequests) * assumed.spansPerRequest * tracedShare,
    postgresCuHours: Math.max(cuHours, POSTGRES_CU_MIN * HOURS_PER_MONTH),
    mails: total((counts) => counts.mails),
    modelInputTokens: modelCalls * MODEL_TOKENS.input,
    modelOutputTokens: modelCalls * MODEL_TOKENS.output,
    ...storedUnder(premises, load),
  }
}

/** Gigabytes, for as many months as are reckoned with. */
function storedUnder(
  premises: Premises,
  load: Load,
): Pick<Usage, 'objectGbMonths' | 'postgresGbMonths'> {
  const { assumed } = premises
  const { signUps } = load
  const bytes = STORED_BYTES
  const events = eventsUnder(premises, load)
  const perPerson =
    bytes.sessionRow +
    bytes.userRow +
    (1 + assumed.finishShare) * bytes.journeyRow +
    (1 + assumed.questionsPerPerson) * bytes.decisionRow
  return {
    objectGbMonths: (signUps * bytes.objectAfterVisit * assumed.monthsKept) / GB_BYTES,
    postgresGbMonths:
      ((signUps * perPerson + events * premises.keptShare * bytes.eventRow) * assumed.monthsKept) /
      GB_BYTES,
  }
}

const costOf = ({ usd, per, included }: Price, amount: number): number =>
  (Math.max(0, amount - included) * usd) / per

/** In US dollars. */
export interface Bill {
  readonly meters: Usage
  readonly fees: number
  readonly total: number
}

/** Of a month: what is beyond what the fees include, and the fees. */
export function billOf({ prices, fees }: Premises, usage: Usage): Bill {
  const meters = usageOf((meter) => costOf(prices[meter], usage[meter]))
  const paid = fees.reduce((sum, { usd }) => sum + usd, 0)
  const total = METERS.reduce((sum, meter) => sum + meters[meter], paid)
  return { meters, fees: paid, total }
}

export const billUnder = (premises: Premises, load: Load): Bill =>
  billOf(premises, usageUnder(premises, load))

/** What people see of a bill: who it is paid to, or for what. */
export const PARTS = [
  { name: 'Worker: requests and CPU', meters: ['workerRequests', 'workerCpuMs'] },
  { name: 'Objects: requests and duration', meters: ['objectRequests', 'objectGbSeconds'] },
  { name: 'Objects: rows', meters: ['objectRowsWritten', 'objectRowsRead'] },
  { name: 'Objects: storage', meters: ['objectGbMonths'] },
  { name: 'Queues', meters: ['queueOperations'] },
  { name: 'Archive', meters: ['archivePuts'] },
  { name: 'Traces', meters: ['traceEvents'] },
  { name: 'Postgres: compute', meters: ['postgresCuHours'] },
  { name: 'Postgres: storage', meters: ['postgresGbMonths'] },
  { name: 'Mails', meters: ['mails'] },
  { name: 'Model', meters: ['modelInputTokens', 'modelOutputTokens'] },
] as const satisfies readonly { readonly name: string; readonly meters: readonly Meter[] }[]

/** In US dollars; the fees are a part, too. */
export const partsOf = (bill: Bill): readonly { readonly name: string; readonly usd: number }[] => [
  ...PARTS.map(({ name, meters }) => ({
    name,
    usd: meters.reduce((sum, meter) => sum + bill.meters[meter], 0),
  })),
  { name: 'Monthly fees', usd: bill.fees },
]
