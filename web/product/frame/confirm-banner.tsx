import { usePerson } from '../../../client/react/use-snapshot.ts'
import { via } from '../../parts/wanted.ts'
import { useAddress } from '../router.ts'

/** For whoever has not shown yet that the address is theirs. */
export function ConfirmBanner() {
  const person = usePerson()
  const address = useAddress()
  if (person.kind !== 'session') return null
  return (
    <section className="banner wide" aria-label="Confirm your address">
      <p>
        <strong>Confirm your address.</strong> A code is on its way to {person.email}; until you
        enter it, this is a look around.
      </p>
      <p className="row">
        <a className="button" href={via('/claim', address ?? '/dashboard')}>
          Enter code
        </a>
      </p>
    </section>
  )
}
