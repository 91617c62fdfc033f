import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 100

/** Resolves at the first 200 to undefined; when `within` is over, to what was wrong last. */
export async function untilHealthy(url: string, within: AbortSignal): Promise<string | undefined> {
  let wrong = 'no answer'
  while (!within.aborted) {
    const response = await ask(url, ATTEMPT_MS)
    if (response?.ok) return undefined
    if (response) wrong = `${response.status} ${response.body}`
    await pause(POLL_MS, within)
  }
  return wrong
}

// A first request compiles the Worker; it may take a moment on a busy machine.
const ATTEMPT_MS = 5_000

interface Patience {
  readonly timeoutMs: number
  readonly missed: number
}

// Under load an answer may take seconds, and a restart would make everything worse.
const CALM: Patience = { timeoutMs: 5_000, missed: 3 }

// After a crash it either answers at once or never.
const SUSPICIOUS: Patience = { timeoutMs: 1_500, missed: 2 }

const PROBE_EVERY_MS = 1_000

/** Resolves when `url` gives no answer any more, of whatever status, or when `until` says to stop. */
export async function untilUnresponsive(
  url: string,
  suspicion: { crashed: boolean },
  until: AbortSignal,
): Promise<void> {
  let missed = 0
  while (!until.aborted) {
    await pause(PROBE_EVERY_MS, until)
    const patience = suspicion.crashed ? SUSPICIOUS : CALM
    if (await ask(url, patience.timeoutMs)) {
      missed = 0
      suspicion.crashed = false
    } else {
      missed += 1
      if (missed >= patience.missed) return
    }
  }
}

interface Reply {
  readonly ok: boolean
  readonly status: number
  readonly body: string
}

async function ask(url: string, timeoutMs: number): Promise<Reply | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
    return { ok: response.ok, status: response.status, body: await response.text() }
  } catch {
    return undefined
  }
}

async function pause(milliseconds: number, until: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: until }).catch(() => undefined)
}
