import { PageHead } from '../frame/page-head.tsx'
import { Link } from '../link.tsx'

export const Help = () => (
  <>
    <PageHead title="Help" lead="Short answers to what is asked most." />
    <section className="card stack">
      <div className="stack-s">
        <h2>Which files does the import read?</h2>
        <p>
          CSV, up to one megabyte. The first line names the columns, and one of them is called{' '}
          <code>title</code>. Most files need one column renamed and nothing else.
        </p>
        <p>
          <Link to="/import">To the import</Link>
        </p>
      </div>
      <div className="stack-s divided">
        <h2>The code does not come.</h2>
        <p>
          Look among the unwanted mails, then <a href="/claim">ask for it again</a>. Only the newest
          mails count.
        </p>
      </div>
      <div className="stack-s divided">
        <h2>My account could not be built.</h2>
        <p>
          Nothing was charged. Sign up again with the same address: it is the same account, and what
          was done already is not done twice. If it fails again, it is on our list, and a person
          looks at it.
        </p>
      </div>
      <div className="stack-s divided">
        <h2>Where is what I write here?</h2>
        <p>In this browser. This is a sample product, and it has no server of its own.</p>
      </div>
    </section>
  </>
)
