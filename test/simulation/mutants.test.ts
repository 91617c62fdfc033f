import { afterAll, describe, expect, test } from 'vitest'
import { PRODUCTION } from './decisions.ts'
import { MUTANTS } from './mutants.ts'
import { simulate } from './simulate.ts'

/** The shyest of them shows within a quarter of this. */
const SEEDS_MAX = 1_000

const caught: string[] = []

afterAll(() => {
  console.log(caught.join('\n'))
})

describe('an invariant catches it when', () => {
  test.each(Object.entries(MUTANTS))('%s', async (name, mutation) => {
    const decisions = { ...PRODUCTION, ...mutation }
    for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
      const { violation } = await simulate(seed, { decisions })
      if (violation === null) continue
      caught.push(`${name}: ${violation.invariant} (seed ${seed})`)
      return
    }
    expect.fail(`nothing noticed in ${SEEDS_MAX} worlds`)
  })
})
