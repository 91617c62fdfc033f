import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { judgeBindings } from './judge-bindings.ts'
import { judgeBundle } from './judge-bundle.ts'
import { judgeDatabase } from './judge-database.ts'
import { judgeSecrets } from './judge-secrets.ts'
import { judgeSettings } from './judge-settings.ts'
import { judgeTokenKeys } from './judge-token-keys.ts'

/** Everything that there is to say of these facts. */
export const judge = async (facts: Facts): Promise<readonly Finding[]> => [
  ...judgeSettings(facts),
  ...judgeSecrets(facts),
  ...judgeBindings(facts),
  ...judgeBundle(facts),
  ...(await judgeDatabase(facts)),
  ...judgeTokenKeys(facts),
]

const HEADINGS = {
  refuse: 'must not be deployed:',
  advise: 'to know:',
  unknown: 'not looked at:',
} as const

/** @returns lines for a terminal, the worst first; empty when there is nothing to say */
export const report = (findings: readonly Finding[]): readonly string[] =>
  (['refuse', 'advise', 'unknown'] as const).flatMap((level) => {
    const some = findings.filter((finding) => finding.level === level)
    return some.length === 0
      ? []
      : [HEADINGS[level], ...some.map(({ about, message }) => `  ${about} ${message}`)]
  })

export const mayGoOut = (findings: readonly Finding[]): boolean =>
  findings.every(({ level }) => level !== 'refuse')
