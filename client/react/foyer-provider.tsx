import { type ReactNode, useEffect, useMemo, useState } from 'react'
import type { Foyer } from '../foyer.ts'
import { FoyerContext } from './context.ts'
import { Stage } from './stage.ts'
import { WORDS, type Words } from './words.ts'

export interface FoyerProviderProps {
  /** Made once, outside of the components: `createFoyer()`. Started here, and stopped at the end. */
  readonly foyer: Foyer
  /** A router's way to a page of the product. Absent: plain links. */
  readonly onNavigate?: (path: string) => void
  /** Instead of ours, all or some. */
  readonly words?: Partial<Words>
  readonly children?: ReactNode
}

export function FoyerProvider({ foyer, onNavigate, words, children }: FoyerProviderProps) {
  const [stage] = useState(() => new Stage())
  useEffect(() => {
    foyer.start()
    return () => foyer.stop()
  }, [foyer])
  const scope = useMemo(
    () => ({ foyer, stage, words: { ...WORDS, ...words }, onNavigate: onNavigate ?? null }),
    [foyer, stage, words, onNavigate],
  )
  return <FoyerContext value={scope}>{children}</FoyerContext>
}
