import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

// Processes start, databases boot: the hosts that run this are slow at times.
const SLOW_TEST_MS = 600_000

// A second, which is the default, is short for a machine with other things to do.
const POLL = { timeout: 180_000 }

// Two thousand worlds take a minute where nothing else runs.
const SIMULATION_MS = 600_000

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          environment: 'node',
          testTimeout: SLOW_TEST_MS,
        },
      },
      {
        // Stripe ships source maps without their sources, and Vite says so for each file.
        logLevel: 'error',
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: inject('bindings'),
              // In wrangler.toml only where somebody uses it.
              email: {
                send_email: [
                  { name: 'EMAIL' },
                  { name: 'EMAIL_OF_OTHERS', allowed_sender_addresses: ['hello@others.example'] },
                ],
              },
            },
          })),
        ],
        test: {
          name: 'workers',
          include: ['test/workers/**/*.test.ts'],
          globalSetup: 'test/workers/setup.ts',
          setupFiles: 'test/support/worker/drain.ts',
          expect: { poll: POLL },
          testTimeout: SLOW_TEST_MS,
          hookTimeout: SLOW_TEST_MS,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          environment: 'node',
          testTimeout: SIMULATION_MS,
        },
      },
      {
        test: {
          name: 'processes',
          include: ['test/{services,database,system}/**/*.test.ts'],
          environment: 'node',
          expect: { poll: POLL },
          testTimeout: SLOW_TEST_MS,
          hookTimeout: SLOW_TEST_MS,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          environment: 'node',
          globalSetup: 'test/browser/setup.ts',
          expect: { poll: POLL },
          testTimeout: SLOW_TEST_MS,
          hookTimeout: SLOW_TEST_MS,
        },
      },
    ],
  },
})
