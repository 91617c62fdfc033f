import { openEmulator } from './emulator.ts'
import { mailEmulator } from './mail/emulator.ts'
import { runService } from './process.ts'

if (import.meta.main) {
  await runService(({ dataDirectory, baseUrl }) =>
    openEmulator(mailEmulator(dataDirectory), baseUrl),
  )
}
