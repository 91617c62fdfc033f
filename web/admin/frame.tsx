import type { ComponentType } from 'react'
import { Mark } from '../parts/mark.tsx'
import { Audit } from './audit/audit.tsx'
import { DeadLetters } from './dead-letters/dead-letters.tsx'
import { Learning } from './learning/learning.tsx'
import { Model } from './model/model.tsx'
import { Overview } from './overview/overview.tsx'
import { People } from './people/people.tsx'
import { Providers } from './providers/providers.tsx'
import { Sessions } from './sessions/sessions.tsx'
import { linkTo, useRoute } from './route.ts'

interface Area {
  readonly title: string
  readonly Page: ComponentType<{ readonly id: string | null }>
}

const AREAS: Readonly<Record<string, Area>> = {
  overview: { title: 'Overview', Page: Overview },
  sessions: { title: 'Sessions', Page: Sessions },
  'dead-letters': { title: 'Dead letters', Page: DeadLetters },
  learning: { title: 'Learning', Page: Learning },
  model: { title: 'Model', Page: Model },
  providers: { title: 'Providers', Page: Providers },
  people: { title: 'People', Page: People },
  audit: { title: 'Audit', Page: Audit },
}

export function Frame() {
  const { area, id } = useRoute()
  const shown = Object.hasOwn(AREAS, area) ? AREAS[area] : undefined
  return (
    <div className="admin">
      <header className="admin-head">
        <a className="brand" href={linkTo('overview')}>
          <Mark />
          Foyer
        </a>
        <nav aria-label="Areas">
          {Object.entries(AREAS).map(([name, { title }]) => (
            <a key={name} href={linkTo(name)} aria-current={name === area ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
      </header>
      <main className="admin-main" key={area}>
        <h1>{shown?.title ?? 'Nothing here'}</h1>
        {shown === undefined ? (
          <p>
            There is no such area. <a href={linkTo('overview')}>Back to the overview</a>
          </p>
        ) : (
          <shown.Page id={id} />
        )}
      </main>
    </div>
  )
}
