import { useSnapshot } from '../../client/react/use-snapshot.ts'
import { useWanted, via } from './wanted.ts'

/** For whoever comes without a session: how it ended, if it did, and where to begin. */
export function NobodyHere({ heading: Heading = 'h2' }: { readonly heading?: 'h1' | 'h2' }) {
  const ended = useSnapshot((snapshot) => snapshot.ended !== null)
  const wanted = useWanted()
  return (
    <section className="card raised stack-s">
      <Heading>{ended ? 'This sign-up has ended' : 'Nobody is signed in here'}</Heading>
      <p className="soft">
        {ended
          ? 'The address was confirmed somewhere else, or a day has passed. Nothing is lost: sign up again with the same address, and the next code brings you to your account.'
          : 'It takes one address and a few milliseconds.'}
      </p>
      <p>
        <a className="button wide" href={via('/', wanted)}>
          {ended ? 'Come in again' : 'Create account'}
        </a>
      </p>
    </section>
  )
}
