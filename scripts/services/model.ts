import { openEmulator } from './emulator.ts'
import { modelEmulator } from './model/emulator.ts'
import { runService } from './process.ts'

if (import.meta.main) {
  await runService(({ baseUrl }) => openEmulator(modelEmulator(), baseUrl))
}
