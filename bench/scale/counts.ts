/** What a person causes alone in a batch, and as one of a full one; in between it is a straight line. */
export interface Shared {
  readonly alone: number
  readonly inFullBatch: number
}

/** What happens, in the words of the code; the model turns it into what is billed. */
export interface Counts {
  /** Of a browser, to the Worker. */
  readonly requests: number
  /** To the subject's object, over RPC or by `fetch`. */
  readonly objectCalls: number
  /** To the objects of the providers' budgets. */
  readonly budgetCalls: Shared
  /** That ring. */
  readonly alarms: number
  readonly alarmsSet: number
  /** Written in an object, as SQLite counts them, without alarms. */
  readonly rows: number
  readonly rowsRead: number
  readonly hydrationMessages: number
  readonly behaviourMessages: number
  readonly questionMessages: number
  /** Of Postgres. */
  readonly statements: Shared
  readonly identityCalls: number
  readonly billingCalls: number
  readonly mails: number
  readonly archivePuts: number
  readonly modelCalls: number
}

const NONE: Shared = { alone: 0, inFullBatch: 0 }

export const counts = (some: Partial<Counts>): Counts => ({
  requests: 0,
  objectCalls: 0,
  budgetCalls: NONE,
  alarms: 0,
  alarmsSet: 0,
  rows: 0,
  rowsRead: 0,
  hydrationMessages: 0,
  behaviourMessages: 0,
  questionMessages: 0,
  statements: NONE,
  identityCalls: 0,
  billingCalls: 0,
  mails: 0,
  archivePuts: 0,
  modelCalls: 0,
  ...some,
})

/**
 * What one of a batch causes.
 *
 * @param size messages in it
 * @param sizeMax messages in a full one
 */
export function share({ alone, inFullBatch }: Shared, size: number, sizeMax: number): number {
  const whole = inFullBatch * sizeMax
  return (alone + ((whole - alone) * (size - 1)) / (sizeMax - 1)) / size
}
