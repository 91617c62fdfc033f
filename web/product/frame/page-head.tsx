import type { ReactNode } from 'react'

interface PageHeadProps {
  readonly title: string
  readonly lead?: string
  /** What can be done here first of all. */
  readonly children?: ReactNode
}

export const PageHead = ({ title, lead, children }: PageHeadProps) => (
  <div className="page-head">
    <div>
      <h1>{title}</h1>
      {lead === undefined ? null : <p className="soft">{lead}</p>}
    </div>
    {children}
  </div>
)
