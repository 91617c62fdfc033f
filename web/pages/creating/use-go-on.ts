import { useEffect } from 'react'
import { wantedPage } from '../../parts/wanted.ts'

/** Long enough to see the last step done, too short to wait for. */
const DWELL_MS = 1_200

/** Leads on to the page that was wanted, once there is no more to wait for. */
export function useGoOn(ready: boolean): void {
  useEffect(() => {
    if (!ready) return
    const timer = setTimeout(() => location.replace(wantedPage()), DWELL_MS)
    return () => clearTimeout(timer)
  }, [ready])
}
