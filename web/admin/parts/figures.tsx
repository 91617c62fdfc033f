import type { ReactNode } from 'react'

export type Tint = 'plain' | 'good' | 'bad'

interface FigureProps {
  readonly label: string
  readonly value: ReactNode
  /** What it is measured against. */
  readonly note?: ReactNode
  readonly tint?: Tint
}

/** One number that somebody on call looks for. */
export const Figure = ({ label, value, note, tint = 'plain' }: FigureProps) => (
  <div className={`figure ${tint}`}>
    <dt>{label}</dt>
    <dd>
      <strong className="number">{value}</strong>
      {note === undefined ? null : <span className="quiet-text">{note}</span>}
    </dd>
  </div>
)

export const Figures = ({ children }: { readonly children: ReactNode }) => (
  <dl className="figures">{children}</dl>
)

export const Tag = (props: { readonly tint?: Tint; readonly children: ReactNode }) => (
  <span className={`tag ${props.tint ?? 'plain'}`}>{props.children}</span>
)
