import { Hono } from 'hono'
import { createLedger } from '../../adapters/hydration-adapters.ts'
import type { LedgerResponse } from '../../contract/ledger.ts'
import { adviceOn } from '../../core/ledger/advice.ts'
import { FINDINGS_SHOWN_MAX } from '../../core/ledger/limits.ts'
import type { HttpEnv } from '../context.ts'

/** `/api/admin/ledger`: whether everything adds up, as of the newest look. */
export const ledger = new Hono<HttpEnv>().get('/', async (c) => {
  const books = createLedger(c.get('services').settings)
  const [latest, findings] = await Promise.all([books.latest(), books.findings(FINDINGS_SHOWN_MAX)])
  return c.json({
    checkedAt: latest?.checkedAt ?? null,
    balanced: latest === null ? null : latest.balance.imbalances.length === 0,
    balance: latest?.balance ?? null,
    findings: findings.map((finding) => ({ ...finding, advice: adviceOn(finding) })),
  } satisfies LedgerResponse)
})
