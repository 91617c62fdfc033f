import type { LedgerResponse } from '../../../src/contract/ledger.ts'
import { count, moment, words } from '../format.ts'
import { Tag } from '../parts/figures.tsx'
import { Loaded, Panel } from '../parts/panel.tsx'
import { CALM_MS, useLive } from '../use-live.ts'

/** Whether everything adds up. */
export function Ledger() {
  const ledger = useLive<LedgerResponse>('/ledger', CALM_MS)
  const balanced = ledger.known?.value.balanced ?? null
  return (
    <Panel
      title="Ledger"
      about="Every run is over or before its deadline, every account has one identity and one customer, and what was accepted is in the index."
      corner={
        balanced === null ? null : (
          <Tag tint={balanced ? 'good' : 'bad'}>{balanced ? 'balanced' : 'does not add up'}</Tag>
        )
      }
    >
      <Loaded of={ledger}>
        {({ checkedAt, balance, findings }, at) => (
          <>
            <p className="soft">
              {checkedAt === null
                ? 'Nobody has looked yet; the cron does every five minutes.'
                : `Looked at ${moment(checkedAt, at)}, ${count(balance?.asked)} things asked for.`}
            </p>
            <ul className="list">
              {(balance?.imbalances ?? []).map(({ kind, count: many }) => (
                <li key={kind}>
                  <Tag tint="bad">{words(kind)}</Tag> {count(many)}
                </li>
              ))}
              {findings.map((finding) => (
                <li key={`${finding.kind} ${finding.subjectKey}`}>
                  <Tag tint={finding.resolvedAt === null ? 'bad' : 'good'}>{finding.kind}</Tag>
                  {count(finding.found)} instead of {count(finding.expected)}. {finding.advice}
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </Panel>
  )
}
