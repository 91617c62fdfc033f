/** Parameters and values travel as PostgreSQL's text format, as the driver sends and expects them. */
export interface Statement {
  readonly query: string
  readonly params: readonly (string | null)[]
}

export interface StatementResult {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly command: string
  readonly rowCount: number | null
}

export interface Session {
  run(statement: Statement): Promise<StatementResult>
}

/** A database that lends one session at a time to one piece of work. */
export interface Executor {
  /** Nobody else uses the session meanwhile; a transaction left open in it is rolled back. */
  withSession<T>(work: (session: Session) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The statements as one transaction: all of them, or none. `modes` as in `BEGIN`. */
export async function runBatch(
  executor: Executor,
  statements: readonly Statement[],
  modes: string,
): Promise<StatementResult[]> {
  return executor.withSession(async (session) => {
    await session.run({ query: `BEGIN ${modes}`, params: [] })
    const results: StatementResult[] = []
    for (const statement of statements) results.push(await session.run(statement))
    await session.run({ query: 'COMMIT', params: [] })
    return results
  })
}

export async function runSingle(
  executor: Executor,
  statement: Statement,
): Promise<StatementResult> {
  return executor.withSession((session) => session.run(statement))
}
