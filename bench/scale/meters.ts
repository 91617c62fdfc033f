/** What somebody bills, or limits. The unit ends the name. */
export const METERS = [
  'workerRequests',
  'workerCpuMs',
  'objectRequests',
  'objectGbSeconds',
  'objectRowsWritten',
  'objectRowsRead',
  'objectGbMonths',
  'queueOperations',
  'archivePuts',
  'traceEvents',
  'postgresCuHours',
  'postgresGbMonths',
  'mails',
  'modelInputTokens',
  'modelOutputTokens',
] as const
export type Meter = (typeof METERS)[number]

/** How much of each. */
export type Usage = Readonly<Record<Meter, number>>

const NOTHING: Usage = {
  workerRequests: 0,
  workerCpuMs: 0,
  objectRequests: 0,
  objectGbSeconds: 0,
  objectRowsWritten: 0,
  objectRowsRead: 0,
  objectGbMonths: 0,
  queueOperations: 0,
  archivePuts: 0,
  traceEvents: 0,
  postgresCuHours: 0,
  postgresGbMonths: 0,
  mails: 0,
  modelInputTokens: 0,
  modelOutputTokens: 0,
}

export function usageOf(amount: (meter: Meter) => number): Usage {
  const usage = { ...NOTHING }
  for (const meter of METERS) usage[meter] = amount(meter)
  return usage
}
