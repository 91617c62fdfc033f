import { PageHead } from '../frame/page-head.tsx'
import { Link } from '../link.tsx'

const PLANS = [
  { name: 'Free', price: '0 €', what: ['Three projects', 'One person', 'Import from CSV'] },
  { name: 'Pro', price: '9 €', what: ['Any number of projects', 'Integrations', 'History'] },
  { name: 'Team', price: '19 €', what: ['All of Pro', 'Any number of people', 'Single sign-on'] },
] as const

export const Plans = () => (
  <>
    <PageHead
      title="Plans"
      lead="A month, for each person. Nothing has to be moved for a larger one."
    />
    <ul className="plan-cards">
      {PLANS.map(({ name, price, what }) => (
        <li key={name} className="card stack-s">
          <h2>{name}</h2>
          <p className="price">{price}</p>
          <ul className="soft">
            {what.map((item) => (
              <li key={item}>{item}</li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
    <p>
      <Link to="/billing">Back to billing</Link>
    </p>
  </>
)
