import type { BudgetsResponse, LetterGroup } from '../../../src/contract/admin.ts'
import { count, words } from '../format.ts'
import { Figure, Figures, Tag } from '../parts/figures.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { linkTo } from '../route.ts'
import { QUICK_MS, useLive } from '../use-live.ts'

/** What is wrong at this moment, if anything. */
export function Now() {
  const budgets = useLive<BudgetsResponse>('/budgets', QUICK_MS)
  const letters = useLive<{ readonly groups: readonly LetterGroup[] }>('/dead-letters', QUICK_MS)
  const groups = letters.known?.value.groups ?? []
  const open = groups.reduce((sum, group) => sum + group.open, 0)
  return (
    <Panel title="Now">
      <Loaded of={budgets}>
        {({ budgets: known, unanswered }) => (
          <p className="row">
            {known.map(({ provider, breaker }) => (
              <a key={provider} href={linkTo('providers')}>
                <Tag tint={breaker === 'closed' ? 'good' : 'bad'}>
                  {provider} {breaker === 'closed' ? 'serves' : words(breaker)}
                </Tag>
              </a>
            ))}
            {unanswered.map((provider) => (
              <Tag key={provider} tint="bad">
                {provider}: no budget
              </Tag>
            ))}
          </p>
        )}
      </Loaded>
      <Figures>
        <Figure
          label="Dead letters"
          value={count(letters.known === null ? null : open)}
          tint={open > 0 ? 'bad' : 'good'}
          note={<a href={linkTo('dead-letters')}>in {count(groups.length)} groups</a>}
        />
      </Figures>
    </Panel>
  )
}
