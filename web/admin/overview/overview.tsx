import { Ledger } from './ledger.tsx'
import { Now } from './now.tsx'

/** What the person on call looks at first. */
export const Overview = () => (
  <>
    <Now />
    <Ledger />
  </>
)
