import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestProject } from 'vitest/node'

/**
 * Starts the local services in a process of their own, since this file is loaded the way Workers
 * load modules, and tells the Worker under test where they are.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const entry = join(import.meta.dirname, '..', 'support', 'worker', 'services.ts')
  const child = spawn(process.execPath, [entry], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  let bindings: Readonly<Record<string, string>> | undefined
  for await (const line of createInterface(child.stdout)) {
    bindings = JSON.parse(line) as Readonly<Record<string, string>>
    break
  }
  if (bindings === undefined) throw new Error('the local services did not start')
  project.provide('bindings', bindings)
  return async () => {
    child.stdin.end()
    await exit
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    bindings: Readonly<Record<string, string>>
  }
}
