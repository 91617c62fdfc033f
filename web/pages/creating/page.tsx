import { FoyerProvider } from '../../../client/react/foyer-provider.tsx'
import { usePerson, useRun } from '../../../client/react/use-snapshot.ts'
import { Door } from '../../parts/door.tsx'
import { foyer } from '../../parts/foyer.ts'
import { NobodyHere } from '../../parts/nobody-here.tsx'
import { useHydrated } from '../../parts/use-hydrated.ts'
import { MemberAccount } from './member-account.tsx'
import { SessionAccount } from './session-account.tsx'

/** Where an account can be seen coming true, by whoever signed up and by whoever is signed in. */
export const Page = () => (
  <FoyerProvider foyer={foyer}>
    <Creating />
  </FoyerProvider>
)

function Creating() {
  const run = useRun()
  const over = run?.status === 'merged' || run?.status === 'failed' ? run.status : null
  return (
    <Door
      title={over === 'failed' ? 'Not this time.' : 'Your account comes true.'}
      lead={
        over === 'failed'
          ? 'It was nothing that you did. Here is what happened, and the way on.'
          : 'You need not wait for it. What you see here is what is really happening, as it happens.'
      }
      done={run?.steps.filter(({ status }) => status === 'done').length ?? 0}
      {...(over === null ? {} : { state: over })}
    >
      <Account />
    </Door>
  )
}

function Account() {
  const { kind } = usePerson()
  const hydrated = useHydrated()
  switch (kind) {
    case 'member':
      return <MemberAccount />
    case 'nobody':
      return hydrated ? <NobodyHere /> : <SessionAccount />
    case 'session':
      return <SessionAccount />
  }
}
