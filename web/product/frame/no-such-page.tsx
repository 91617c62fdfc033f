import { Link } from '../link.tsx'

export const NoSuchPage = () => (
  <>
    <h1>Nothing here</h1>
    <p className="soft">There is no page at this address, or what it showed is gone.</p>
    <p>
      <Link className="button" to="/dashboard">
        To the dashboard
      </Link>
    </p>
  </>
)
