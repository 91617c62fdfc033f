import { useState } from 'react'
import { Checklist } from '../../../client/react/checklist.tsx'
import { RecommendationAnchor } from '../../../client/react/recommendation-anchor.tsx'
import { useSample } from '../data/sample-store.ts'
import { PageHead } from '../frame/page-head.tsx'
import { Link } from '../link.tsx'
import { ProjectList } from '../parts/project-list.tsx'
import { TaskList } from '../parts/task-list.tsx'

const NOON = 12
const EVENING = 18
const OPEN_TASKS_SHOWN = 5

export function Dashboard() {
  const sample = useSample()
  const [words] = useState(() => greeting(new Date().getHours()))
  const open = sample.tasks.filter(({ done }) => !done)
  return (
    <>
      <PageHead title={words} lead={sample.workspace || 'Your workspace'}>
        <RecommendationAnchor action="create_project">
          <Link className="button" to="/projects/new">
            New project
          </Link>
        </RecommendationAnchor>
      </PageHead>
      <div className="columns">
        <div className="stack">
          <section className="card stack-s">
            <h2>Projects</h2>
            <ProjectList />
          </section>
          {open.length === 0 ? null : (
            <section className="card stack-s">
              <h2>Open tasks</h2>
              <TaskList tasks={open.slice(0, OPEN_TASKS_SHOWN)} />
            </section>
          )}
        </div>
        <Checklist />
      </div>
    </>
  )
}

function greeting(hour: number): string {
  if (hour < NOON) return 'Good morning'
  return hour < EVENING ? 'Good afternoon' : 'Good evening'
}
