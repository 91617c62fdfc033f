import type { Entry } from '../../src/core/onboarding/entries.ts'

/** What a reader of a story asks for; the rest is long, or said elsewhere. */
const TOLD: ReadonlySet<string> = new Set([
  'run',
  'runs',
  'fence',
  'step',
  'ref',
  'kind',
  'detail',
  'failed',
  'mail',
  'chores',
  'chore',
  'specIds',
  'invitation',
])

/** `step_done fence 1 step billing ref cus_1` */
export function tellEntry({ type, ...facts }: Entry): string {
  const told = Object.entries(facts).flatMap(([name, value]) => {
    if (!TOLD.has(name)) return []
    return [`${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`]
  })
  return [type, ...told].join(' ')
}
