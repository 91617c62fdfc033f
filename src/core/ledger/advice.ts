import type { LedgerFinding } from '../../contract/ledger.ts'

/** What an operator can do about a finding. Nobody is woken by one. */
export function adviceOn({
  kind,
  expected,
  found,
  resolvedAt,
}: Pick<LedgerFinding, 'kind' | 'expected' | 'found' | 'resolvedAt'>): string {
  if (resolvedAt !== null) return 'Nothing: a later look found what it expected.'
  return found < expected
    ? `Somebody removed what the step "${kind}" had made. The person's next sign-up makes it again by itself; until then they do without, and nobody is woken for it.`
    : `The provider of the step "${kind}" has ${found} things of this account instead of ${expected}. Keep the one that the row in "users" names and remove the others there, after moving what hangs on them.`
}
