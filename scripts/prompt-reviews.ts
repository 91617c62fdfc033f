import { overduePrompts } from '../src/core/policy/prompts/index.ts'

// Before a deploy: says which prompt somebody should read again. It holds nothing up, since nothing
// breaks at midnight.
const today = new Date().toISOString().slice(0, 'YYYY-MM-DD'.length)
for (const { version, reviewBy } of overduePrompts(today)) {
  console.warn(
    `foyer: prompt ${version} was to be read again by ${reviewBy} (src/core/policy/prompts)`,
  )
}
