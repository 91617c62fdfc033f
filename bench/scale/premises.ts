import { ASSUMPTIONS } from './assumptions.ts'
import type { Premises } from './model.ts'
import { MOMENTS } from './moments.ts'
import { FEES, PRICES } from './prices.ts'

/** As `head_sampling_rate` of the traces in wrangler.toml. */
const TRACED_SHARE = 0.1

/** The product as it is. */
export const PREMISES: Premises = {
  assumed: ASSUMPTIONS,
  moments: MOMENTS,
  prices: PRICES,
  fees: FEES,
  tracedShare: TRACED_SHARE,
  keptShare: 1,
}
