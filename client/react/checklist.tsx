import { useId } from 'react'
import { useScope } from './context.ts'
import { PathLink } from './path-link.tsx'
import { useChecklist } from './use-checklist.ts'

/** What is done and what can be done now; nothing until it is known, and where there is nothing to do. */
export function Checklist() {
  const { words } = useScope()
  const checklist = useChecklist()
  const heading = useId()
  if (checklist === null || checklist.total === 0) return null
  const { items, done, total } = checklist
  return (
    <section className="foyer-surface foyer-checklist" aria-labelledby={heading}>
      <h2 id={heading} className="foyer-heading">
        {words.checklist}
      </h2>
      <p className="foyer-progress">
        <progress value={done} max={total} aria-labelledby={heading} />
        <span>{done === total ? words.allDone : words.progress(done, total)}</span>
      </p>
      <ul>
        {items.map((item) => (
          <li key={item.id} data-done={item.done || undefined}>
            <ChecklistItem {...item} />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface ChecklistItemProps {
  readonly title: string
  readonly path: string
  readonly done: boolean
}

function ChecklistItem({ title, path, done }: ChecklistItemProps) {
  const { words } = useScope()
  if (!done) {
    return (
      <PathLink className="foyer-item" path={path}>
        {title}
      </PathLink>
    )
  }
  return (
    <span className="foyer-item">
      {title} <span className="foyer-said">{words.done}</span>
    </span>
  )
}
