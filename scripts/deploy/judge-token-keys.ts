import { z } from 'zod'
import type { Facts } from './facts.ts'
import { type Finding, advise, unknown } from './finding.ts'

const DAY_MS = 86_400_000
/** As often as NIST SP 800-57 has private signature keys replaced that are in daily use: one to three years. */
const KEY_MAX_DAYS = 365

const Keys = z.object({ keys: z.array(z.object({ kid: z.string(), iat: z.number().optional() })) })

/** A key says since when it is there in `iat`, epoch seconds, as `npm run rotate-keys` writes it. */
export function judgeTokenKeys({ given, now }: Facts): readonly Finding[] {
  const text = given['TOKEN_KEYS']
  const keys = text === undefined ? null : keysIn(text)
  if (keys === null) {
    return [unknown('TOKEN_KEYS', 'their age is not known: they are not in the environment.')]
  }
  return keys.flatMap(({ kid, iat }) => {
    const name = `TOKEN_KEYS ${kid.slice(0, 8)}…`
    if (iat === undefined) return [unknown(name, 'does not say since when it is there.')]
    const days = Math.floor((now - iat * 1_000) / DAY_MS)
    if (days <= KEY_MAX_DAYS) return []
    const message = `is ${days} days old: rotate it with \`npm run rotate-keys\` (publish, sign, retire).`
    return [advise(name, message)]
  })
}

/** What is no key set is said among the settings. */
function keysIn(text: string): z.infer<typeof Keys>['keys'] | null {
  try {
    return Keys.parse(JSON.parse(text)).keys
  } catch {
    return null
  }
}
