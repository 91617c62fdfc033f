import { useId, useState } from 'react'
import { RecommendationAnchor } from '../../../client/react/recommendation-anchor.tsx'
import { usePerson } from '../../../client/react/use-snapshot.ts'
import { Mark } from '../../parts/mark.tsx'
import { Link } from '../link.tsx'
import type { ProductPath } from '../paths.ts'
import { SignOut } from './sign-out.tsx'

interface Place {
  readonly to: ProductPath
  readonly name: string
  /** What a hint about it points at. */
  readonly action?: string
}

const WORK: readonly Place[] = [
  { to: '/dashboard', name: 'Dashboard' },
  { to: '/projects', name: 'Projects' },
  { to: '/import', name: 'Import', action: 'import_tasks' },
  { to: '/team/invite', name: 'Team', action: 'invite_teammate' },
  { to: '/integrations', name: 'Integrations', action: 'connect_calendar' },
]

const SETTINGS: readonly Place[] = [
  { to: '/settings/notifications', name: 'Notifications', action: 'choose_notifications' },
  { to: '/billing', name: 'Billing', action: 'fix_payment' },
  { to: '/profile', name: 'Profile', action: 'choose_workspace_name' },
  { to: '/help', name: 'Help', action: 'read_import_help' },
]

/** Where to go; on a telephone behind a button. */
export function Side({ current }: { readonly current: ProductPath | null }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const somebody = usePerson().kind !== 'nobody'
  const close = () => setOpen(false)
  return (
    <header className="side">
      <Link className="brand" to="/dashboard">
        <Mark />
        Foyer
      </Link>
      <span className="tag">sample product</span>
      <button
        type="button"
        className="button quiet menu"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        Menu
      </button>
      <nav id={id} className={open ? 'places open' : 'places'} aria-label="Product">
        <Places places={WORK} current={current} onGo={close} />
        <h2>Settings</h2>
        <Places places={SETTINGS} current={current} onGo={close} />
        {somebody ? <SignOut /> : null}
      </nav>
    </header>
  )
}

interface PlacesProps {
  readonly places: readonly Place[]
  readonly current: ProductPath | null
  readonly onGo: () => void
}

const Places = ({ places, current, onGo }: PlacesProps) => (
  <ul>
    {places.map(({ to, name, action }) => {
      const link = (
        <Link to={to} aria-current={isIn(to, current) ? 'page' : undefined} onClick={onGo}>
          {name}
        </Link>
      )
      return (
        <li key={to}>
          {action === undefined ? (
            link
          ) : (
            <RecommendationAnchor action={action}>{link}</RecommendationAnchor>
          )}
        </li>
      )
    })}
  </ul>
)

/** Pages below a place count as it; tasks belong to projects. */
const isIn = (place: ProductPath, current: ProductPath | null): boolean =>
  current === place ||
  (place === '/projects' && (current?.startsWith('/projects/') || current === '/tasks/new')) ||
  (place === '/billing' && current === '/billing/plans')
