import { useSyncExternalStore } from 'react'
import type { Transport } from '../../../client/snapshot.ts'
import type { RunStatus } from '../../../src/contract/onboarding.ts'

const WORDS: Readonly<Record<Transport, string>> = {
  none: 'Connecting…',
  websocket: 'Live.',
  stream: 'Live, over a simpler line.',
  polling: 'Asked for every few seconds: this network lets nothing live through.',
}

/** How news arrive: a quiet word, and none when there is no more to come. */
export function ConnectionWord(props: {
  readonly transport: Transport
  readonly status: RunStatus
}) {
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  )
  return <p className="quiet-text">{wordOf(online, props.transport, props.status)}</p>
}

function wordOf(online: boolean, transport: Transport, status: RunStatus): string {
  if (status === 'merged') return 'Taking you on…'
  if (!online) return 'You are offline. The account is built all the same.'
  return WORDS[transport]
}

function subscribe(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}
