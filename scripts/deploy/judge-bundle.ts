import type { Facts } from './facts.ts'
import { type Finding, advise, refuse, unknown } from './finding.ts'

/** What Cloudflare takes from a paid account, compressed. */
const GZIP_MAX_KIB = 10_240
/** Half of it: somebody should look at what came along before it is too late. */
const GZIP_WIDE_KIB = 5_120
/** Cloudflare refuses a Worker that needs longer, on machines of its own. */
const STARTUP_MAX_MS = 1_000

export function judgeBundle({ bundle }: Facts): readonly Finding[] {
  if (!bundle.known) return [unknown('bundle', bundle.why)]
  const { gzipKib, startupMs } = bundle.value
  const size = `is ${Math.ceil(gzipKib)} KiB compressed, of ${GZIP_MAX_KIB}`
  return [
    ...(gzipKib > GZIP_MAX_KIB
      ? [refuse('bundle', `${size}: Cloudflare will not take it. See what a dependency brought.`)]
      : []),
    ...(gzipKib > GZIP_WIDE_KIB && gzipKib <= GZIP_MAX_KIB ? [advise('bundle', `${size}.`)] : []),
    ...(startupMs > STARTUP_MAX_MS
      ? [
          advise(
            'start-up',
            `takes ${Math.round(startupMs)} ms on this machine: Cloudflare refuses more than ${STARTUP_MAX_MS} on its own. \`npx wrangler check startup\` shows on what.`,
          ),
        ]
      : []),
  ]
}
