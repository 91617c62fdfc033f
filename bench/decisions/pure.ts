import { catalogue } from '../../src/catalogue.ts'
import { openQuestion } from '../../src/core/behaviour/asking.ts'
import { advise, observe } from '../../src/core/behaviour/behave.ts'
import { PROMPT_IN_USE } from '../../src/core/policy/prompts/index.ts'
import { readStored } from '../../src/core/policy/stored-answer.ts'
import { choose } from '../../scripts/services/model/choose.ts'
import { type Spread, spreadOf } from '../harness/statistics.ts'
import { draws } from './draws.ts'
import { type Somebody, contextOf, itemAt, people, tones } from './people.ts'
import { type Rounds, costRatio, measureRounds } from './rounds.ts'

type Name = keyof ReturnType<typeof decisions> | keyof typeof draws

export interface PureFigures {
  /** Nanoseconds. */
  readonly timesNs: Readonly<Record<Name, Spread>>
  /** The product's draw of a tone as a multiple of plain Thompson sampling, and of a lot by known shares. */
  readonly toneThompsonRatio: Spread
  readonly toneLotRatio: Spread
  /** The chances computed anew for each draw, as a multiple of plain Thompson sampling. */
  readonly quadratureThompsonRatio: Spread
  /** A decision with both draws as a multiple of one without any. */
  readonly drawnRulesRatio: Spread
}

/** The product's pure code, in this process. */
export function measurePure(): PureFigures {
  const rounds: Rounds<Name> = measureRounds({ ...decisions(), ...draws })
  return {
    timesNs: {
      rules: spreadOf(rounds.rules),
      drawn: spreadOf(rounds.drawn),
      cached: spreadOf(rounds.cached),
      tone: spreadOf(rounds.tone),
      quadrature: spreadOf(rounds.quadrature),
      thompson: spreadOf(rounds.thompson),
      lot: spreadOf(rounds.lot),
    },
    toneThompsonRatio: costRatio(rounds, 'tone', 'thompson'),
    toneLotRatio: costRatio(rounds, 'tone', 'lot'),
    quadratureThompsonRatio: costRatio(rounds, 'quadrature', 'thompson'),
    drawnRulesRatio: costRatio(rounds, 'drawn', 'rules'),
  }
}

function decisions() {
  const certain = contextOf('baseline', false)
  const drawn = contextOf('policy', false)
  const asking = contextOf('policy', true)
  const asked = people.map((somebody) => askedBy(somebody, asking))
  return {
    /** From events to what the rules show whom nothing is drawn for. */
    rules: (at: number) => decide(itemAt(people, at), certain),
    /** The same with an action and a tone by lot. */
    drawn: (at: number) => decide(itemAt(people, at), drawn),
    /** From an answer as the table has it to what is shown. */
    cached: (at: number) => {
      const { record, facts, stored, question, key } = itemAt(asked, at)
      const answer = readStored(stored, question, catalogue, PROMPT_IN_USE.version)
      if (answer === null) throw new Error('a stored answer may not be shown')
      const advice = {
        person: facts.person,
        key,
        answered: { answer, source: 'cache' },
        tones,
      } as const
      return advise(record, facts, advice, asking).current
    },
  }
}

const decide = ({ facts, events }: Somebody, context: ReturnType<typeof contextOf>) =>
  observe(null, facts, events, tones, context).current

/** Whoever waits for an answer, and the answer as it lies in the table. */
function askedBy({ facts, events }: Somebody, context: ReturnType<typeof contextOf>) {
  const { record } = observe(null, facts, events, tones, context)
  const asked = openQuestion(record, facts, context)
  if (asked === null) throw new Error('somebody has no question')
  const { key, question } = asked
  const stored: unknown = {
    promptVersion: PROMPT_IN_USE.version,
    ...choose(question.candidates),
  }
  return { record, facts, stored, question, key }
}
