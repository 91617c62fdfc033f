import { useSyncExternalStore } from 'react'
import { EMPTY, type Sample } from './sample.ts'

const KEY = 'sample-product'

let kept: { readonly text: string | null; readonly sample: Sample } = { text: null, sample: EMPTY }
const listeners = new Set<() => void>()

/** The same object until something was written, also by another tab. */
function read(): Sample {
  const text = keptText()
  if (text !== kept.text) kept = { text, sample: parse(text) }
  return kept.sample
}

function keptText(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    // Storage is closed to us: this page remembers by itself.
    return kept.text
  }
}

function parse(text: string | null): Sample {
  try {
    return { ...EMPTY, ...(JSON.parse(text ?? '{}') as Partial<Sample>) }
  } catch {
    return EMPTY
  }
}

/** @param change of what is there to what shall be */
export function changeSample(change: (sample: Sample) => Sample): void {
  const sample = change(read())
  const text = JSON.stringify(sample)
  kept = { text, sample }
  try {
    localStorage.setItem(KEY, text)
  } catch {
    // As above.
  }
  for (const listener of listeners) listener()
}

export const forgetSample = (): void => changeSample(() => EMPTY)

/** Empty on the server, and while the page hydrates. */
export const useSample = (): Sample => useSyncExternalStore(subscribe, read, () => EMPTY)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('storage', listener)
  }
}
