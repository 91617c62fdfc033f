import type { MouseEvent, ReactNode } from 'react'
import { sameOriginPath } from '../same-origin.ts'
import { useScope } from './context.ts'

interface PathLinkProps {
  readonly path: string
  readonly className: string
  /** It is followed, here or in another tab. */
  readonly onFollow?: () => void
  readonly children: ReactNode
}

/** A link to a page of this origin; to anything else its words without a link. */
export function PathLink({ path, className, onFollow, children }: PathLinkProps) {
  const { onNavigate } = useScope()
  const href = sameOriginPath(path)
  if (href === null) return <span className="foyer-no-link">{children}</span>
  const follow = (event: MouseEvent) => {
    onFollow?.()
    if (onNavigate === null || isForAnotherTab(event)) return
    event.preventDefault()
    onNavigate(href)
  }
  return (
    <a className={className} href={href} onClick={follow}>
      {children}
    </a>
  )
}

const isForAnotherTab = (event: MouseEvent): boolean =>
  event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
