import { type ComponentType, StrictMode } from 'react'
import { renderToStaticMarkup, renderToString } from 'react-dom/server'
import type { Assets, Entry } from './entries.ts'
import { BODY_GOES_HERE, HtmlDocument } from './document.tsx'
import { PRODUCT_PATHS } from './product/paths.ts'

// What the build runs in Node; `Renderer` in entries.ts is its type.

const pages = import.meta.glob<{ readonly Page: ComponentType }>('./pages/*/page.tsx', {
  eager: true,
})

/** What the browser's first render makes again, character by character. */
function body(page: string): string {
  const file = pages[`./pages/${page}/page.tsx`]
  if (file === undefined) throw new Error(`there is no web/pages/${page}/page.tsx`)
  return renderToString(
    <StrictMode>
      <file.Page />
    </StrictMode>,
  )
}

export function html(entry: Entry, assets: Assets): string {
  const [before, after] = renderToStaticMarkup(
    <HtmlDocument entry={entry} assets={assets} />,
  ).split(BODY_GOES_HERE)
  return `<!doctype html>\n${before}${body(entry.page)}${after}\n`
}

export const rewrites = (): string => PRODUCT_PATHS.map((path) => `${path} /product 200\n`).join('')
