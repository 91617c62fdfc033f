import { RecommendationAnchor } from '../../../client/react/recommendation-anchor.tsx'
import { PageHead } from '../frame/page-head.tsx'
import { Link } from '../link.tsx'
import { ProjectList } from '../parts/project-list.tsx'

export const Projects = () => (
  <>
    <PageHead title="Projects" lead="Everything you do here lives in one.">
      <RecommendationAnchor action="create_project">
        <Link className="button" to="/projects/new">
          New project
        </Link>
      </RecommendationAnchor>
    </PageHead>
    <section className="card">
      <ProjectList />
    </section>
  </>
)
