import type { FetchHandler } from './http-server.ts'
import { type Executor, runBatch, runSingle } from './executor.ts'
import {
  outputShape,
  PostgresError,
  QueryRequest,
  toWire,
  transactionModes,
} from './neon-protocol.ts'

export interface NeonEndpointOptions {
  /**
   * Only callers who name this database, with its password, are served: the endpoint must not
   * open somebody's real database to every program on the machine. Absent: everybody is.
   */
  readonly expectedUrl?: string
}

/**
 * Speaks what `neon()` of @neondatabase/serverless speaks, over any executor: `POST /sql` with one
 * query, or with `queries` as one transaction. PostgreSQL's errors are 400; anything else that goes
 * wrong has another status, which the driver turns into an error without a code.
 */
export function neonEndpoint(executor: Executor, options: NeonEndpointOptions = {}): FetchHandler {
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/healthz') return health(executor)
    if (pathname !== '/sql') return problem(404, 'try POST /sql')
    if (request.method !== 'POST') return problem(405, 'POST only')
    if (!sameDatabase(request.headers.get('Neon-Connection-String'), options.expectedUrl)) {
      return problem(400, 'the connection string does not name this database', '28P01')
    }
    try {
      return await execute(executor, request)
    } catch (error) {
      return failure(error)
    }
  }
}

async function execute(executor: Executor, request: Request): Promise<Response> {
  const body = QueryRequest.safeParse(await readJson(request))
  if (!body.success) return problem(400, 'expected JSON: {query, params} or {queries: [...]}')
  const shape = outputShape(request.headers)
  if (!('queries' in body.data)) {
    return Response.json(toWire(await runSingle(executor, body.data), shape))
  }
  const modes = transactionModes(request.headers)
  if (modes === undefined) return problem(400, 'unknown isolation level')
  const results = await runBatch(executor, body.data.queries, modes)
  return Response.json({ results: results.map((result) => toWire(result, shape)) })
}

async function health(executor: Executor): Promise<Response> {
  try {
    await runSingle(executor, { query: 'SELECT 1', params: [] })
    return Response.json({ ok: true })
  } catch (error) {
    return problem(503, describe(error))
  }
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json()
  } catch {
    return undefined
  }
}

function failure(error: unknown): Response {
  const reported = PostgresError.safeParse(error)
  if (reported.success) return Response.json(reported.data, { status: 400 })
  return problem(503, `database unavailable: ${describe(error)}`)
}

function problem(status: number, message: string, code?: string): Response {
  return Response.json({ message, code }, { status })
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}

const IDENTIFYING = ['username', 'password', 'hostname', 'port', 'pathname'] as const

/** The driver adds parameters of its own, so only what identifies the database counts. */
function sameDatabase(given: string | null, expected: string | undefined): boolean {
  if (expected === undefined) return true
  if (given === null || !URL.canParse(given)) return false
  const [one, other] = [new URL(given), new URL(expected)]
  return IDENTIFYING.every((part) => one[part] === other[part])
}
