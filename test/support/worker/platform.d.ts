import type { Bindings } from '../../../src/env.ts'
import type * as mainModule from '../../../src/worker.ts'

/** What `cloudflare:workers` offers to tests: the Worker's own exports and its bindings. */
declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof mainModule
    }
    interface Env extends Bindings {
      readonly ADMIN_TOKEN: string
      readonly AUTH0_API_BASE: string
      readonly DATABASE_HTTP_URL: string
      readonly STRIPE_API_BASE: string
      readonly RESEND_API_BASE: string
      readonly OPENAI_BASE_URL: string
      readonly EXTERNAL_JWKS_URL: string
      readonly EXTERNAL_ISSUER: string
      readonly EXTERNAL_AUDIENCE: string
      readonly OUTSIDE_PRIVATE_KEY: string
    }
  }
}
