import { useEffect, useState, useSyncExternalStore } from 'react'
import { DraftSaver, type DraftState } from './draft-saver.ts'
import { useFoyer } from './use-foyer.ts'

export interface Draft extends DraftState {
  /** Merged with what was said before; saved after a pause. */
  readonly change: (changes: Readonly<Record<string, unknown>>) => void
  /** At once: for a button, or before going to another page. */
  readonly saveNow: () => void
}

/** Answers that are given while the account is still being built. */
export function useDraft(): Draft {
  const foyer = useFoyer()
  const [saver] = useState(() => new DraftSaver((changes) => foyer.saveDraft(changes)))
  const state = useSyncExternalStore(saver.subscribe, saver.getState, saver.getState)
  useEffect(() => {
    const hidden = () => {
      if (document.visibilityState === 'hidden') saver.saveNow()
    }
    document.addEventListener('visibilitychange', hidden)
    return () => {
      document.removeEventListener('visibilitychange', hidden)
      saver.saveNow()
    }
  }, [saver])
  return { ...state, change: saver.change, saveNow: saver.saveNow }
}
