import { FoyerProvider } from '../../../client/react/foyer-provider.tsx'
import { usePerson } from '../../../client/react/use-snapshot.ts'
import { Door } from '../../parts/door.tsx'
import { foyer } from '../../parts/foyer.ts'
import { NobodyHere } from '../../parts/nobody-here.tsx'
import { useHydrated } from '../../parts/use-hydrated.ts'
import { ClaimCard } from './claim-card.tsx'

export const Page = () => (
  <FoyerProvider foyer={foyer}>
    <Door
      title="Is it yours?"
      lead="Eight digits are in your inbox. They show that the address is yours, and open everything that was built behind it, to you and nobody else."
    >
      <Proof />
    </Door>
  </FoyerProvider>
)

function Proof() {
  const person = usePerson()
  const hydrated = useHydrated()
  if (person.kind === 'nobody' && hydrated) return <NobodyHere />
  return <ClaimCard />
}
