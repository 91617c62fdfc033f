import { z } from 'zod'
import { testBindings } from '../../test/support/bindings.ts'

/** The length of the product's rows: `SELECT length(entry) FROM timeline`, by the load's requests. */
const FIRST_ROW_CHARS = 1_292
const LATER_ROW_CHARS = 423

const KeySet = z.object({ keys: z.tuple([z.record(z.string(), z.string())], z.unknown()) })

/** Settings for all sides: the product's without its limits, and what the bare Worker asks for. */
export function benchSettings() {
  const product = {
    ...testBindings(),
    IP_LIMIT: 'off',
    USER_LIMIT_PER_MINUTE: '0',
  }
  return {
    ...product,
    SIGNING_KEY: KeySet.parse(JSON.parse(product.TOKEN_KEYS)).keys[0],
    FIRST_ROW_CHARS,
    LATER_ROW_CHARS,
  }
}
