import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { build } from 'vite'

/**
 * Of the whole client, minified and compressed, as the first thing that a sign-up page loads: two tenths
 * of a second at 400 kbit/s, six packets of the first round trips. A parser for its answers alone would
 * be five times as much. The last half KiB keeps people apart who share a browser, and answers that
 * come late from undoing what was said since.
 */
const BUDGET_BYTES = 8_704

test('S14: the client without a framework loads nothing else, and fits its budget', async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: {
        entry: join(import.meta.dirname, '../../../client/index.ts'),
        // The one format that Vite minifies to the end.
        formats: ['iife'],
        name: 'foyer',
      },
    },
  })
  const chunks = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
  expect(chunks).toHaveLength(1)
  const [chunk] = chunks
  const code = chunk?.type === 'chunk' ? chunk.code : ''
  expect(gzipSync(code).byteLength).toBeLessThanOrEqual(BUDGET_BYTES)
  // What is built really is the client.
  expect(code).toContain('/api/onboarding/speculative')
})
