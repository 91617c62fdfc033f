import { existsSync } from 'node:fs'

/** Linux keeps this folder in memory. */
const MEMORY = '/dev/shm'

/** Where files cost no disk; `null`: nowhere. */
export const MEMORY_FOLDER = existsSync(MEMORY) ? MEMORY : null
