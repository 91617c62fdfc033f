import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Checklist } from '../../../client/react/checklist.tsx'
import { FoyerProvider } from '../../../client/react/foyer-provider.tsx'
import { RecommendationAnchor } from '../../../client/react/recommendation-anchor.tsx'
import { Recommendations } from '../../../client/react/recommendations.tsx'
import { useClaim } from '../../../client/react/use-claim.ts'
import { useDraft } from '../../../client/react/use-draft.ts'
import { useSignUp } from '../../../client/react/use-sign-up.ts'
import { usePerson, useRun } from '../../../client/react/use-snapshot.ts'
import { fakeFoyer, recommendation } from './fake-foyer.ts'

function Everything() {
  const { email, pending } = useSignUp()
  const { claimed } = useClaim()
  const { saving } = useDraft()
  const known = [usePerson().kind, useRun(), email, pending, claimed, saving]
  return (
    <main>
      <p>{JSON.stringify(known)}</p>
      <RecommendationAnchor action="create_project">
        <a href="/projects/new">New project</a>
      </RecommendationAnchor>
      <Checklist />
      <Recommendations />
    </main>
  )
}

test('S14: a server renders all of it without a browser, and says nothing that it cannot know', () => {
  const { foyer } = fakeFoyer({
    person: { kind: 'member', userId: 'kept-from-an-earlier-visit' },
    recommendation: recommendation('modal'),
    checklist: { items: [{ id: 'a', title: 'A', path: '/a', done: false }] },
  })
  expect('document' in globalThis || 'window' in globalThis).toBe(false)
  const markup = renderToString(
    <FoyerProvider foyer={foyer}>
      <Everything />
    </FoyerProvider>,
  )
  expect(markup).toBe(
    '<main><p>[&quot;nobody&quot;,null,null,false,false,&quot;untouched&quot;]</p>' +
      '<span class="foyer-anchor" data-foyer-action="create_project">' +
      '<a href="/projects/new">New project</a></span></main>',
  )
  expect(foyer.start).not.toHaveBeenCalled()
})

test('without a provider a component says what is missing', () => {
  expect(() => renderToString(<Recommendations />)).toThrow('there is no <FoyerProvider> above')
})
