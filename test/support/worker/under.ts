import { createExecutionContext } from 'cloudflare:test'
import worker from '../../../src/worker.ts'
import type { Bindings } from '../../../src/env.ts'
import { ORIGIN, bindings } from './api.ts'

/**
 * The Worker under other settings, over the same objects, queues and services, but for those that the
 * test brings. What it does after the answer goes on beside the test.
 */
export const fetchUnder = async (
  settings: Readonly<Record<string, string>> | Partial<Bindings>,
  path: string,
  init?: RequestInit,
): Promise<Response> =>
  worker.fetch(
    new Request(`${ORIGIN}${path}`, init),
    { ...bindings, ...settings },
    createExecutionContext(),
  )
