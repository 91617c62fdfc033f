import { CSPProvider } from '@base-ui/react/csp-provider'
import { lazy, Suspense } from 'react'
import { LoadAgain } from '../../admin/load-again.tsx'
import { Waiting } from '../../admin/waiting.tsx'
import { useHydrated } from '../../parts/use-hydrated.ts'
import '../../style/admin.css'

/** Charts are heavy, and nobody but operators needs them; nor can a server draw what it does not know. */
const Dashboard = lazy(() => import('../../admin/dashboard.tsx'))

/** A shell without data, the same for all. */
export function Page() {
  const hydrated = useHydrated()
  return (
    <CSPProvider disableStyleElements>
      {hydrated ? (
        <LoadAgain>
          <Suspense fallback={<Waiting />}>
            <Dashboard />
          </Suspense>
        </LoadAgain>
      ) : (
        <Waiting />
      )}
    </CSPProvider>
  )
}
