/**
 * Runs with production's log switched off: it writes to the console, a line for each failure, and in
 * here everything fails all the time. Stacks, which nobody reads either, cost more than the rest.
 */
export async function silently<Value>(run: () => Promise<Value>): Promise<Value> {
  const { info, warn, error } = console
  const { stackTraceLimit } = Error
  Object.assign(console, { info: nothing, warn: nothing, error: nothing })
  Error.stackTraceLimit = 0
  try {
    return await run()
  } finally {
    Object.assign(console, { info, warn, error })
    Error.stackTraceLimit = stackTraceLimit
  }
}

const nothing = (): void => {}
