import { useSyncExternalStore } from 'react'
import { useSnapshot } from '../../../client/react/use-snapshot.ts'
import { foyer } from '../../parts/foyer.ts'
import { type Owner, isTheirs, ownerOf } from './owner.ts'
import { EMPTY, type Sample } from './sample.ts'

const KEY = 'sample-product'

/** One at a time: of whoever used this browser last. */
interface Kept {
  readonly owner: Owner
  readonly sample: Sample
}

const NOBODYS: Kept = { owner: null, sample: EMPTY }

let last: Kept & { readonly text: string | null } = { text: null, ...NOBODYS }
const listeners = new Set<() => void>()

/** The same object until something was written, also by another tab. */
function read(): Kept {
  const text = keptText()
  if (text !== last.text) last = { text, ...parse(text) }
  return last
}

function keptText(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    // Storage is closed to us: this page remembers by itself.
    return last.text
  }
}

function parse(text: string | null): Kept {
  try {
    const { owner = null, sample } = JSON.parse(text ?? '{}') as Partial<Kept>
    return { owner, sample: { ...EMPTY, ...sample } }
  } catch {
    return NOBODYS
  }
}

/** @param change of what this person has to what they shall have; another's is gone with it */
export function changeSample(change: (sample: Sample) => Sample): void {
  const owner = ownerOf(foyer.getSnapshot().person)
  const kept = read()
  write({ owner, sample: change(isTheirs(kept.owner, owner) ? kept.sample : EMPTY) })
}

/** Whoever it belongs to: also for when they leave. */
export const forgetSample = (): void => write(NOBODYS)

function write(kept: Kept): void {
  const text = JSON.stringify(kept)
  last = { text, ...kept }
  try {
    localStorage.setItem(KEY, text)
  } catch {
    // As above.
  }
  for (const listener of listeners) listener()
}

/** Of this person. Empty on the server, and while the page hydrates. */
export function useSample(): Sample {
  const owner = useSnapshot(({ person }) => ownerOf(person))
  const kept = useSyncExternalStore(subscribe, read, () => NOBODYS)
  return isTheirs(kept.owner, owner) ? kept.sample : EMPTY
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('storage', listener)
  }
}
