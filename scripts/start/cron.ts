const FIRE_EVERY_MS = 60_000

// A run that takes longer is still going on when the next one is due.
const FIRE_TIMEOUT_MS = 50_000

/** The `crons` of wrangler.toml, whatever the layout of the list and the comments in it. */
export function parseCrons(toml: string): string[] {
  const list = /^\s*crons\s*=\s*\[/m.exec(toml)
  if (!list) return []
  const crons: string[] = []
  const tokens = /#[^\n]*|"([^"\n]*)"|'([^'\n]*)'|\]/g
  tokens.lastIndex = list.index + list[0].length
  for (
    let token = tokens.exec(toml);
    token !== null && token[0] !== ']';
    token = tokens.exec(toml)
  ) {
    const cron = token[1] ?? token[2]
    if (cron !== undefined) crons.push(cron)
  }
  return crons
}

/**
 * Fires every cron once a minute, since under `wrangler dev` nobody does. Their schedules are not
 * looked at: what a cron wakes knows by itself whether it is due, and here nobody wants to wait.
 * @returns a function that stops it.
 */
export function fireCrons(appUrl: string, crons: readonly string[]): () => void {
  const timer = setInterval(() => {
    for (const cron of crons) void fire(appUrl, cron)
  }, FIRE_EVERY_MS)
  return () => clearInterval(timer)
}

async function fire(appUrl: string, cron: string): Promise<void> {
  const url = new URL('/cdn-cgi/local/scheduled', appUrl)
  url.searchParams.set('cron', cron)
  const signal = AbortSignal.timeout(FIRE_TIMEOUT_MS)
  // The app may just be restarting; the next minute comes.
  await fetch(url, { signal }).catch(() => undefined)
}
