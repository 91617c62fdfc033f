import type { TestProject } from 'vitest/node'
import { type UnpackedBrowser, unpackBrowser } from '../support/browser/unpacked.ts'

/** Once for all files: it writes some two hundred megabytes. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { browser, remove } = await unpackBrowser()
  project.provide('unpackedBrowser', browser)
  return remove
}

declare module 'vitest' {
  interface ProvidedContext {
    unpackedBrowser: UnpackedBrowser
  }
}
