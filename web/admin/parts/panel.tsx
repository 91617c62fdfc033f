import { type ReactNode, useId } from 'react'
import type { Live } from '../use-live.ts'

interface PanelProps {
  readonly title: string
  /** One sentence on what is seen here. */
  readonly about?: ReactNode
  /** At the end of the title's line. */
  readonly corner?: ReactNode
  readonly children: ReactNode
}

export function Panel({ title, about, corner, children }: PanelProps) {
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {corner}
      </header>
      {about === undefined ? null : <p className="quiet-text">{about}</p>}
      {children}
    </section>
  )
}

/** What there is, what is missing, or that it is on its way; the last known stays on the screen. */
export function Loaded<T>(props: {
  readonly of: Live<T>
  /** @param at when it was said */
  readonly children: (value: T, at: number) => ReactNode
}) {
  const { known, problem } = props.of
  return (
    <>
      {problem === null ? null : (
        <output className="problem">
          {problem.message}
          {known === null ? '' : ' What is below may be old.'}
        </output>
      )}
      {known === null ? null : props.children(known.value, known.at)}
      {known === null && problem === null ? <p className="soft">One moment …</p> : null}
    </>
  )
}
