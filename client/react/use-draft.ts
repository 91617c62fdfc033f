import { useEffect, useState, useSyncExternalStore } from 'react'
import { fail } from '../../src/contract/result.ts'
import type { Foyer } from '../foyer.ts'
import { NOBODY } from '../problem.ts'
import { type Snapshot, idOf } from '../snapshot.ts'
import { DraftSaver, type DraftState } from './draft-saver.ts'
import { useFoyer } from './use-foyer.ts'
import { useSnapshot } from './use-snapshot.ts'

export interface Draft extends DraftState {
  /** Merged with what was said before; saved after a pause. */
  readonly change: (changes: Readonly<Record<string, unknown>>) => void
  /** At once: for a button, or before going to another page. */
  readonly saveNow: () => void
}

/** Answers that are given while the account is still being built; another person's begin anew. */
export function useDraft(): Draft {
  const foyer = useFoyer()
  const who = useSnapshot(whoIn)
  const [held, hold] = useState(() => ({ who, saver: saverFor(foyer, who) }))
  if (held.who !== who) hold({ who, saver: saverFor(foyer, who) })
  const { saver } = held
  const state = useSyncExternalStore(saver.subscribe, saver.getState, saver.getState)
  useEffect(
    () => foyer.subscribe(() => saver.heard(foyer.getSnapshot().draftProblem)),
    [foyer, saver],
  )
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

/** What one person typed goes to nobody else, however late it is sent. */
const saverFor = (foyer: Foyer, who: string | null): DraftSaver =>
  new DraftSaver(async (changes) =>
    whoIn(foyer.getSnapshot()) === who ? foyer.saveDraft(changes) : fail(NOBODY),
  )

const whoIn = ({ person }: Snapshot): string | null => idOf(person)
