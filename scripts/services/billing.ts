import { billingEmulator } from './billing/emulator.ts'
import { openEmulator } from './emulator.ts'
import { runService } from './process.ts'

if (import.meta.main) {
  await runService(({ dataDirectory, baseUrl }) =>
    openEmulator(billingEmulator(dataDirectory), baseUrl),
  )
}
