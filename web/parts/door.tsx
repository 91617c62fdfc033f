import type { ReactNode } from 'react'
import { Arches } from './arches.tsx'
import { Mark } from './mark.tsx'

interface DoorProps {
  readonly title: ReactNode
  readonly lead: ReactNode
  /** Below the lead, where there is room. */
  readonly aside?: ReactNode
  /** At the end of the masthead. */
  readonly corner?: ReactNode
  readonly done?: number
  readonly state?: 'merged' | 'failed'
  /** Within the arch. */
  readonly children: ReactNode
}

/** The frame of every page outside the product. */
export const Door = ({ title, lead, aside, corner, done = 0, state, children }: DoorProps) => (
  <>
    <header className="masthead">
      <a className="brand" href="/">
        <Mark />
        Foyer
      </a>
      {corner}
    </header>
    <main className="door">
      <div className="words">
        <h1>{title}</h1>
        <p className="lead">{lead}</p>
        {aside}
      </div>
      <div className="portal">
        <Arches done={done} {...(state === undefined ? {} : { state })} />
        {children}
      </div>
    </main>
  </>
)
