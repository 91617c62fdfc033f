import { Link } from '../link.tsx'

/** Instead of a form that would have nowhere to put things. */
export const NeedsProject = () => (
  <div className="empty">
    <p className="soft">Tasks live in a project, and there is none yet.</p>
    <Link className="button quiet" to="/projects/new">
      Create a project
    </Link>
  </div>
)
