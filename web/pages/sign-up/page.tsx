import { FoyerProvider } from '../../../client/react/foyer-provider.tsx'
import { usePerson } from '../../../client/react/use-snapshot.ts'
import { Door } from '../../parts/door.tsx'
import { foyer } from '../../parts/foyer.ts'
import { SignUpCard } from './sign-up-card.tsx'

export const Page = () => (
  <FoyerProvider foyer={foyer}>
    <Door
      title={
        <>
          Come in.
          <br />
          We build meanwhile.
        </>
      }
      lead="Type an address and you are in, within milliseconds. Foyer builds the real account behind you, and you watch it come true."
      aside={<Promises />}
      corner={<WayBack />}
    >
      <SignUpCard />
    </Door>
  </FoyerProvider>
)

const Promises = () => (
  <ol className="promises">
    <li>
      <span className="at">at once</span>
      <span>
        <b>A signed session.</b> Nothing else is waited for.
      </span>
    </li>
    <li>
      <span className="at">a moment</span>
      <span>
        <b>Identity, billing, account.</b> Each exactly once, whatever fails on the way.
      </span>
    </li>
    <li>
      <span className="at">your code</span>
      <span>
        <b>Proof before access.</b> Only who reads the mail gets in.
      </span>
    </li>
  </ol>
)

/** For whoever was here before. */
function WayBack() {
  const person = usePerson()
  return person.kind === 'nobody' ? null : (
    <a href="/dashboard">{person.kind === 'member' ? 'To your projects' : 'Go on'}</a>
  )
}
