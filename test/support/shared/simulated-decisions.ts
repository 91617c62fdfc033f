import type { LoggedDecision } from '../../../src/core/experiment/logged-decision.ts'
import type { Random } from '../../simulation/random.ts'

export const TONES = ['aggressive', 'moderate', 'passive'] as const
export const ACTIONS = ['invite_team', 'import_data', 'take_tour', 'connect_wallet'] as const

export type Tone = (typeof TONES)[number]
export type Action = (typeof ACTIONS)[number]

/** Draws one of some names with known probabilities. */
export class Lottery<Name extends string> {
  readonly context: { readonly candidates: readonly Name[] }
  readonly #chances: readonly { readonly chosen: Name; readonly propensity: number }[]

  /** Their probabilities add up to 1. */
  constructor(chances: readonly (readonly [Name, number])[]) {
    this.context = { candidates: chances.map(([name]) => name) }
    this.#chances = chances.map(([chosen, propensity]) => ({ chosen, propensity }))
  }

  draw(random: Random): { readonly chosen: Name; readonly propensity: number } {
    let rest = random.next()
    for (const chance of this.#chances) {
      if (rest < chance.propensity) return chance
      rest -= chance.propensity
    }
    const last = this.#chances.findLast(({ propensity }) => propensity > 0)
    if (last === undefined) throw new Error('nothing to draw from')
    return last
  }

  /** The mean of something over what is drawn. */
  mean(of: (name: Name) => number): number {
    return this.#chances.reduce((sum, { chosen, propensity }) => sum + propensity * of(chosen), 0)
  }
}

/** What some people would click, and how the logging policy draws for them. */
interface Situation {
  /** Click rate by tone; an action adds to it. */
  readonly clicks: Readonly<Record<Tone, number>>
  readonly tones: Lottery<Tone>
  /** What is not drawn from is no candidate. */
  readonly actions: Lottery<Action>
}

const tones = (aggressive: number, moderate: number, passive: number): Lottery<Tone> =>
  new Lottery([
    ['aggressive', aggressive],
    ['moderate', moderate],
    ['passive', passive],
  ])

const ACTION_ADDS: Readonly<Record<Action, number>> = {
  invite_team: 0.08,
  import_data: 0.03,
  take_tour: 0,
  connect_wallet: 0.05,
}

/**
 * The eager click on anything and are shown the aggressive tone, the tired click on little and are
 * shown the passive one; in truth aggressive is the worst tone for everybody. So the log, taken as it
 * is, praises what was shown to the eager.
 */
const SITUATIONS: Readonly<Record<'eager' | 'usual' | 'tired', Situation>> = {
  eager: {
    clicks: { aggressive: 0.34, moderate: 0.4, passive: 0.38 },
    tones: tones(0.8, 0.1, 0.1),
    actions: new Lottery<Action>([
      ['invite_team', 0.15],
      ['import_data', 0.75],
      ['take_tour', 0.1],
    ]),
  },
  usual: {
    clicks: { aggressive: 0.06, moderate: 0.12, passive: 0.1 },
    tones: tones(0.2, 0.5, 0.3),
    actions: new Lottery<Action>([
      ['invite_team', 0.05],
      ['import_data', 0.25],
      ['take_tour', 0.6],
      ['connect_wallet', 0.1],
    ]),
  },
  tired: {
    clicks: { aggressive: 0.01, moderate: 0.03, passive: 0.05 },
    tones: tones(0.05, 0.15, 0.8),
    actions: new Lottery<Action>([
      ['take_tour', 0.4],
      ['connect_wallet', 0.6],
    ]),
  },
}

/** The least that the policy above gives to any candidate. */
export const FLOOR = 0.05

const PEOPLE = new Lottery([
  ['eager', 0.3],
  ['usual', 0.5],
  ['tired', 0.2],
])

/** The click rate if everybody were shown this tone, with actions as they are drawn. */
export const trueValueOfTone = (tone: Tone): number =>
  PEOPLE.mean((kind) => {
    const { clicks, actions } = SITUATIONS[kind]
    return clicks[tone] + actions.mean((action) => ACTION_ADDS[action])
  })

/** The click rate if this action were always taken where it is a candidate, in tones as drawn. */
export function trueValueOfAction(action: Action): number {
  const isLegal = (kind: keyof typeof SITUATIONS): boolean =>
    SITUATIONS[kind].actions.context.candidates.includes(action)
  const legal = PEOPLE.mean((kind) => (isLegal(kind) ? 1 : 0))
  const clicks = PEOPLE.mean((kind) => {
    const { tones, clicks } = SITUATIONS[kind]
    return isLegal(kind) ? tones.mean((tone) => clicks[tone]) + ACTION_ADDS[action] : 0
  })
  return clicks / legal
}

/** The click rate of the logging policy itself. */
export const trueValueOfLog = (): number =>
  PEOPLE.mean((kind) => {
    const { clicks, tones, actions } = SITUATIONS[kind]
    return tones.mean((tone) => clicks[tone]) + actions.mean((action) => ACTION_ADDS[action])
  })

/** The two lines of each decision in the log. */
export interface Logs {
  readonly tones: readonly LoggedDecision[]
  readonly actions: readonly LoggedDecision[]
}

export function logsOf(random: Random, people: number): Logs {
  const logs: { tones: LoggedDecision[]; actions: LoggedDecision[] } = { tones: [], actions: [] }
  for (let person = 0; person < people; person += 1) {
    const { tones, actions, clicks } = SITUATIONS[PEOPLE.draw(random).chosen]
    const tone = tones.draw(random)
    const action = actions.draw(random)
    const rate = clicks[tone.chosen] + ACTION_ADDS[action.chosen]
    const reward = random.chance(rate) ? 1 : 0
    const { chosen, propensity } = tone
    logs.tones.push({ context: tones.context, chosen, propensity, reward })
    logs.actions.push({
      context: actions.context,
      chosen: action.chosen,
      propensity: action.propensity,
      reward,
    })
  }
  return logs
}

/** What the log says when nobody asks why something was chosen. */
export function naiveMean(target: string, log: readonly LoggedDecision[]): number {
  let taken = 0
  let rewarded = 0
  for (const { chosen, reward } of log) {
    taken += chosen === target ? 1 : 0
    rewarded += chosen === target ? reward : 0
  }
  return rewarded / taken
}
