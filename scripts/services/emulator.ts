import { createEmulator, type EmulatorContext, type EmulatorDefinition } from 'emulate'
import type { Service } from './process.ts'

export type App = EmulatorContext<object>['app']
export type Handler = Parameters<App['get']>[1]
export type Context = Parameters<Handler>[0]

/**
 * An emulator as a service of ours. It does not listen by itself: its own server cuts requests in
 * flight when it stops, reads bodies of any size, and cannot close a connection without an answer.
 */
export async function openEmulator(
  definition: EmulatorDefinition<object>,
  baseUrl: string,
): Promise<Service> {
  const runtime = await createEmulator({ service: definition, listen: false, baseUrl })
  return {
    fetch: (request) => runtime.fetch(request),
    close: () => runtime.close(),
  }
}
