import type { Amount } from '../../contract/budget-rpc.ts'
import type { TokenUsage } from '../../contract/policy.ts'
import type { TokenPrices } from '../policy/cost.ts'

const MICRO_PER_ONE = 1_000_000

/** To whole millionths: sums of dollars as floating-point numbers drift. */
export const microUsd = (usd: number): number => Math.round(usd * MICRO_PER_ONE)

/** What so many tokens cost, rounded up to a millionth of a dollar. */
export function amountOf({ input, output }: TokenUsage, prices: TokenPrices): Amount {
  const millionths = input * microUsd(prices.input) + output * microUsd(prices.output)
  return {
    inputTokens: input,
    outputTokens: output,
    microUsd: Math.ceil(millionths / MICRO_PER_ONE),
  }
}
