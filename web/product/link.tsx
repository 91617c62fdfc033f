import type { ComponentProps, MouseEvent } from 'react'
import { go } from './router.ts'

interface LinkProps extends ComponentProps<'a'> {
  readonly to: string
}

/** A link within the product; with a modifier key it is the browser's. */
export function Link({ to, onClick, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return
    event.preventDefault()
    go(to)
  }
  return (
    <a {...rest} href={to} onClick={follow}>
      {children}
    </a>
  )
}
