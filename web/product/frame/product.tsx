import { lazy, useEffect, useRef } from 'react'
import { Quietly } from '../../../client/react/quietly.tsx'
import { usePerson, useSnapshot } from '../../../client/react/use-snapshot.ts'
import { NobodyHere } from '../../parts/nobody-here.tsx'
import { foyer } from '../../parts/foyer.ts'
import { forgetSample } from '../data/sample-store.ts'
import { PAGES } from '../pages.ts'
import { matchPath, useAddress } from '../router.ts'
import { ConfirmBanner } from './confirm-banner.tsx'
import { Machine } from './machine.tsx'
import { NoSuchPage } from './no-such-page.tsx'
import { Opening } from './opening.tsx'
import { Side } from './side.tsx'

/** A third of what the product loads: nobody waits for it, and the product is there without it. */
const Recommendations = lazy(async () => {
  const { Recommendations: recommendations } =
    await import('../../../client/react/recommendations.tsx')
  return { default: recommendations }
})

/** The sample product around whatever page it is. */
export function Product() {
  const address = useAddress()
  const person = usePerson()
  const ended = useSnapshot((snapshot) => snapshot.ended !== null)
  const match = address === null ? null : matchPath(address)
  const page = match === null ? null : PAGES[match.path]
  const known = page !== null
  const somebody = person.kind !== 'nobody'
  const main = useArrival(address, page?.title ?? 'Nothing here')
  useEffect(() => {
    if (somebody && known && address !== null) foyer.track({ type: 'page_view', path: address })
  }, [somebody, known, address])
  useEffect(() => {
    // Whoever comes next may be another person.
    if (ended) forgetSample()
  }, [ended])
  return (
    <div className="product">
      <a className="skip" href="#main">
        To the content
      </a>
      <Side current={match?.path ?? null} />
      <div className="content">
        {somebody ? <ConfirmBanner /> : null}
        <main id="main" ref={main} tabIndex={-1}>
          {address === null ? <Opening /> : null}
          {address !== null && !somebody ? (
            <div className="form-card">
              <NobodyHere heading="h1" />
            </div>
          ) : null}
          {address !== null && somebody && page === null ? <NoSuchPage /> : null}
          {somebody && page !== null && match !== null ? <page.Page id={match.id} /> : null}
        </main>
        {somebody ? <Machine /> : null}
        <Quietly>{somebody ? <Recommendations /> : null}</Quietly>
      </div>
    </div>
  )
}

/** Says where one is: to the tab, and to whoever does not see that the page changed. */
function useArrival(address: string | null, title: string) {
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  useEffect(() => {
    if (address === null) return
    document.title = `${title}: Foyer`
    if (!first.current) main.current?.focus({ preventScroll: true })
    first.current = false
  }, [address, title])
  return main
}
