import { RecommendationAnchor } from '../../../client/react/recommendation-anchor.tsx'
import { tasksOf } from '../data/sample.ts'
import { useSample } from '../data/sample-store.ts'
import { NoSuchPage } from '../frame/no-such-page.tsx'
import { PageHead } from '../frame/page-head.tsx'
import { Link } from '../link.tsx'
import { TaskList } from '../parts/task-list.tsx'

export function ProjectPage({ id }: { readonly id: string }) {
  const sample = useSample()
  const project = sample.projects.find((candidate) => candidate.id === id)
  if (project === undefined) return <NoSuchPage />
  const tasks = tasksOf(sample, id)
  return (
    <>
      <PageHead title={project.name}>
        <RecommendationAnchor action="create_task">
          <Link className="button" to={`/tasks/new?project=${id}`}>
            New task
          </Link>
        </RecommendationAnchor>
      </PageHead>
      <section className="card">
        {tasks.length === 0 ? (
          <div className="empty">
            <p className="soft">No task yet. Write the first one down, or bring those you have.</p>
            <p className="row">
              <Link className="button quiet" to={`/tasks/new?project=${id}`}>
                Write a task
              </Link>
              <Link to="/import">Import a file</Link>
            </p>
          </div>
        ) : (
          <TaskList tasks={tasks} />
        )}
      </section>
    </>
  )
}
