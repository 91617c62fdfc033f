import { openEmulator } from './emulator.ts'
import { identityEmulator } from './identity/emulator.ts'
import { runService } from './process.ts'

if (import.meta.main) {
  await runService(({ dataDirectory, baseUrl }) =>
    openEmulator(identityEmulator(dataDirectory), baseUrl),
  )
}
