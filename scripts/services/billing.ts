import { z } from 'zod'
import { billingEmulator } from './billing/emulator.ts'
import { openEmulator } from './emulator.ts'
import { runService } from './process.ts'

const Environment = z.object({
  /** Who is told of events, and the secret that signs them; without both nobody is. */
  STRIPE_WEBHOOK_URL: z.url().optional(),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).optional(),
})

if (import.meta.main) {
  const { STRIPE_WEBHOOK_URL: url, STRIPE_WEBHOOK_SECRET: secret } = Environment.parse(process.env)
  const endpoint = url !== undefined && secret !== undefined ? { url, secret } : undefined
  await runService(({ dataDirectory, baseUrl }) =>
    openEmulator(billingEmulator(dataDirectory, endpoint), baseUrl),
  )
}
