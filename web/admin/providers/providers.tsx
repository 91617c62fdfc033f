import type { BudgetsResponse } from '../../../src/contract/admin.ts'
import type { BudgetSnapshot } from '../../../src/contract/budget-rpc.ts'
import { count, duration, moment, share, usd, words } from '../format.ts'
import { Figure, Figures, Tag, type Tint } from '../parts/figures.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { QUICK_MS, useLive } from '../use-live.ts'

/** What each outside party allows, and how it behaves. */
export function Providers() {
  const budgets = useLive<BudgetsResponse>('/budgets', QUICK_MS)
  return (
    <Loaded of={budgets}>
      {({ budgets: known, unanswered }, at) => (
        <div className="grid-2">
          {known.map((budget) => (
            <Budget key={budget.provider} budget={budget} now={at} />
          ))}
          {unanswered.map((provider) => (
            <Panel key={provider} title={words(provider)}>
              <p className="problem">
                Its budget does not answer; nobody calls {words(provider)} meanwhile.
              </p>
            </Panel>
          ))}
        </div>
      )}
    </Loaded>
  )
}

const BREAKERS: Readonly<Record<BudgetSnapshot['breaker'], readonly [Tint, string]>> = {
  closed: ['good', 'serves'],
  half_open: ['plain', 'is tried again'],
  open: ['bad', 'is taken for down'],
}

function Budget({ budget, now }: { readonly budget: BudgetSnapshot; readonly now: number }) {
  const [tint, state] = BREAKERS[budget.breaker]
  const { failures, probeAt, pausedUntil, spend } = budget
  return (
    <Panel
      title={words(budget.provider)}
      corner={<Tag tint={tint}>{state}</Tag>}
      {...(probeAt === null
        ? {}
        : {
            about: `${count(failures)} calls in a row were not served. The next try is at ${moment(probeAt, now)}.`,
          })}
    >
      <Figures>
        <Figure
          label="Calls under way"
          value={count(budget.openPermits)}
          note={`of ${count(budget.concurrency)}`}
        />
        <Figure
          label="Calls a second"
          value={count(budget.perSecond)}
          note={`${count(budget.burst)} at once`}
        />
        <Figure label="Free again in" value={duration(Math.max(0, budget.freeAt - now))} />
        {pausedUntil > now ? (
          <Figure label="Asked for silence" tint="bad" value={duration(pausedUntil - now)} />
        ) : null}
      </Figures>
      {spend === undefined ? null : (
        <Figures>
          <Figure
            label="Spent today"
            value={usd(spend.spentMicroUsd)}
            note={`of ${usd(spend.capMicroUsd)}, ${share(spend.capMicroUsd === 0 ? null : spend.spentMicroUsd / spend.capMicroUsd)}`}
          />
          <Figure label="Reserved" value={usd(spend.reservedMicroUsd)} />
          <Figure label="Tokens a minute" value={count(spend.tokensPerSecond * 60)} />
        </Figures>
      )}
    </Panel>
  )
}
