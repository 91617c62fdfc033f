import type { Profile } from '../../../client/foyer.ts'
import type { Person } from '../../../client/snapshot.ts'

interface AccountFactsProps {
  readonly person: Person
  /** A member's, once it was asked for. */
  readonly account: Profile | null
}

export function AccountFacts({ person, account }: AccountFactsProps) {
  const who = person.kind === 'session' ? person.email : (account?.email ?? account?.wallet ?? '…')
  return (
    <section className="card stack-s form-card">
      <h2>Account</h2>
      <ul className="list">
        <li>
          {who}
          {person.kind === 'session' ? (
            <span className="end tag">not confirmed yet</span>
          ) : (
            <span className="end tag good">confirmed</span>
          )}
        </li>
        {account === null ? null : (
          <li>
            Plan <span className="end tag">{account.planId}</span>
          </li>
        )}
      </ul>
    </section>
  )
}
