import type { SessionView, StepView } from '../../../src/contract/onboarding.ts'

const TITLES: Readonly<Record<string, string>> = {
  identity: 'Identity',
  billing: 'Billing',
  account: 'Account',
}

/** What most accounts take, until the first word of this one. */
const EXPECTED: readonly StepView[] = Object.keys(TITLES).map((name) => ({
  name,
  status: 'pending',
}))

/** Each step of the account, as far as it is. */
export function Steps({ run }: { readonly run: SessionView | null }) {
  const steps = run?.steps ?? EXPECTED
  const current = run?.status === 'hydrating' ? steps.find(isPending)?.name : undefined
  return (
    <ol className="steps">
      {steps.map(({ name, status }) => {
        const state = name === current ? 'working' : status
        return (
          <li key={name}>
            <span className={`dot ${state}`} />
            <span>{TITLES[name] ?? name}</span>
            <span className="state">{STATES[state]}</span>
          </li>
        )
      })}
    </ol>
  )
}

const STATES = { pending: 'waiting', working: 'under way', done: 'done', failed: 'failed' } as const

const isPending = ({ status }: StepView): boolean => status === 'pending'
