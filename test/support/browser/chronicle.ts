import type { BrowserContext } from 'playwright-core'

/**
 * What stood on the pages of this profile, from now on: a line for each change, with the page's path
 * before it, also of what was there for a moment only.
 */
export async function chronicle(context: BrowserContext): Promise<readonly string[]> {
  const lines: string[] = []
  await context.exposeBinding('noteForTest', (_source, line: string) => {
    if (line !== lines.at(-1)) lines.push(line)
  })
  await context.addInitScript(() => {
    const note = () => {
      const text = document.querySelector('main')?.innerText
      if (text !== undefined) {
        void window.noteForTest(`${location.pathname}: ${text.replaceAll(/\s+/g, ' ')}`)
      }
    }
    const options = { childList: true, subtree: true, characterData: true, attributes: true }
    new MutationObserver(note).observe(document, options)
  })
  return lines
}

declare global {
  interface Window {
    readonly noteForTest: (line: string) => Promise<void>
  }
}
