import { tasksOf } from '../data/sample.ts'
import { useSample } from '../data/sample-store.ts'
import { Link } from '../link.tsx'

/** Each with how far it is; an invitation to make one where there is none. */
export function ProjectList() {
  const sample = useSample()
  if (sample.projects.length === 0) {
    return (
      <div className="empty">
        <p className="soft">No project yet. The first takes a name and nothing else.</p>
        <Link className="button quiet" to="/projects/new">
          Create a project
        </Link>
      </div>
    )
  }
  return (
    <ul className="list">
      {sample.projects.map(({ id, name }) => {
        const tasks = tasksOf(sample, id)
        const done = tasks.filter((task) => task.done).length
        return (
          <li key={id}>
            <Link to={`/projects/${id}`}>{name}</Link>
            <span className="end quiet-text number">
              {tasks.length === 0 ? 'no tasks' : `${done} of ${tasks.length} done`}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
