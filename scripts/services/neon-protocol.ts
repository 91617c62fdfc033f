import { z } from 'zod'
import type { StatementResult } from './executor.ts'

const Statement = z.object({
  query: z.string(),
  params: z.array(z.string().nullable()).default([]),
})

// A batch is one transaction on a connection that others wait for.
const MAX_BATCH_STATEMENTS = 1_000

export const QueryRequest = z.union([
  z.object({ queries: z.array(Statement).max(MAX_BATCH_STATEMENTS) }),
  Statement,
])

const ISOLATION_LEVELS: Record<string, string> = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
}

/** What a batch asks for in its headers, as the modes of `BEGIN`; undefined when it cannot be read. */
export function transactionModes(headers: Headers): string | undefined {
  const modes: string[] = []
  const isolation = headers.get('Neon-Batch-Isolation-Level')
  if (isolation !== null) {
    const level = ISOLATION_LEVELS[isolation]
    if (level === undefined) return undefined
    modes.push(`ISOLATION LEVEL ${level}`)
  }
  if (headers.get('Neon-Batch-Read-Only') === 'true') modes.push('READ ONLY')
  if (headers.get('Neon-Batch-Deferrable') === 'true') modes.push('DEFERRABLE')
  return modes.join(', ')
}

export interface OutputShape {
  readonly arrayMode: boolean
  readonly rawText: boolean
}

/** The driver asks for text in arrays and converts by itself; other callers may want plain JSON. */
export function outputShape(headers: Headers): OutputShape {
  return {
    arrayMode: headers.get('Neon-Array-Mode') === 'true',
    rawText: headers.get('Neon-Raw-Text-Output') === 'true',
  }
}

export function toWire(result: StatementResult, shape: OutputShape) {
  const { fields, command, rowCount } = result
  const rows = result.rows.map((row) => {
    const values = shape.rawText
      ? row
      : row.map((value, column) => toJson(value, fields[column]?.dataTypeID))
    return shape.arrayMode
      ? values
      : Object.fromEntries(fields.map((field, column) => [field.name, values[column]]))
  })
  return { fields, rows, command, rowCount, rowAsArray: shape.arrayMode }
}

const parseJson = (text: string): unknown => JSON.parse(text)
const toNumber = (text: string) => (Number.isFinite(Number(text)) ? Number(text) : text)

/** By the types' ids in PostgreSQL's catalogue, which never change. */
const CONVERTERS: Record<number, (text: string) => unknown> = {
  16: (text) => text === 't', // bool
  21: toNumber, // int2
  23: toNumber, // int4
  700: toNumber, // float4
  701: toNumber, // float8
  114: parseJson, // json
  3802: parseJson, // jsonb
}

function toJson(value: string | null, type = 0): unknown {
  if (value === null) return null
  const convert = CONVERTERS[type]
  return convert ? convert(value) : value
}

/** An error that PostgreSQL itself reported, with the fields that the driver copies. */
export const PostgresError = z.object({
  message: z.string(),
  code: z.string(),
  severity: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  position: z.string().optional(),
  internalPosition: z.string().optional(),
  internalQuery: z.string().optional(),
  where: z.string().optional(),
  schema: z.string().optional(),
  table: z.string().optional(),
  column: z.string().optional(),
  dataType: z.string().optional(),
  constraint: z.string().optional(),
  file: z.string().optional(),
  line: z.string().optional(),
  routine: z.string().optional(),
})
