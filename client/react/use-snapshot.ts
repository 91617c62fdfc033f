import { useCallback, useSyncExternalStore } from 'react'
import { NOTHING_YET, type Person, type Snapshot } from '../snapshot.ts'
import { useFoyer } from './use-foyer.ts'

const all = (snapshot: Snapshot): Snapshot => snapshot

/**
 * What is known now. On a server, and while its markup hydrates, nothing is: the first paint of the
 * browser equals the server's, whatever was kept from an earlier visit.
 *
 * @param select a part of the snapshot, or a primitive made of it: what is new each time never settles
 */
export function useSnapshot(): Snapshot
export function useSnapshot<T>(select: (snapshot: Snapshot) => T): T
export function useSnapshot(select: (snapshot: Snapshot) => unknown = all): unknown {
  const foyer = useFoyer()
  const subscribe = useCallback((listener: () => void) => foyer.subscribe(listener), [foyer])
  return useSyncExternalStore(
    subscribe,
    () => select(foyer.getSnapshot()),
    () => select(NOTHING_YET),
  )
}

/** Who this browser acts for. */
export const usePerson = (): Person => useSnapshot(({ person }) => person)

/** How the account behind the session comes along; `null` until the first word of it. */
export const useRun = (): Snapshot['run'] => useSnapshot(({ run }) => run)
