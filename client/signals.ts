/** What the browser tells of itself and of other tabs. */
export interface Signals {
  /** The network is there again, or gone; what is open may be dead. */
  readonly network: () => void
  /** Somebody looks at the page again. */
  readonly shown: () => void
  /** Nobody does, and perhaps never again. */
  readonly hidden: () => void
  /** Another tab kept something. @param key `null`: everything was cleared */
  readonly kept: (key: string | null) => void
}

/** @returns a function that stops listening. Where there is no window, nothing is heard. */
export function listen(signals: Signals): () => void {
  const ear = new AbortController()
  const { signal } = ear
  const page = globalThis as Partial<Window & typeof globalThis>
  const onChange = () => (document.visibilityState === 'hidden' ? signals.hidden : signals.shown)()
  page.document?.addEventListener('visibilitychange', onChange, { signal })
  for (const type of ['online', 'offline']) {
    page.addEventListener?.(type, signals.network, { signal })
  }
  // Some browsers leave a page without saying that it is hidden; one that comes back was frozen.
  page.addEventListener?.('pagehide', signals.hidden, { signal })
  page.addEventListener?.('pageshow', signals.shown, { signal })
  page.addEventListener?.('storage', ({ key }) => signals.kept(key), { signal })
  return () => ear.abort()
}
