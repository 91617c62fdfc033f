import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { Page } from 'playwright-core'
import { build } from 'vite'

const ROOT = join(import.meta.dirname, '../../..')

/** Nobody listens there: the test answers every request itself. */
export const COMPONENTS_SITE = 'http://components.test'

/** As our own pages are sent. */
const [, POLICY = ''] =
  /Content-Security-Policy: (.*)/.exec(readFileSync(join(ROOT, 'web/public/_headers'), 'utf8')) ??
  []

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css' }

/** The components and a page around them, built like a product's with React's remarks left in. */
export async function buildComponents(): Promise<ReadonlyMap<string, string>> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: join(ROOT, 'test/browser/components'),
    plugins: [react()],
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      write: false,
      minify: false,
      rollupOptions: {
        input: { main: join(ROOT, 'test/browser/components/main.tsx') },
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          assetFileNames: '[name].[ext]',
        },
      },
    },
  })
  const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
  return new Map(
    outputs.map((file) => [
      `/${file.fileName}`,
      file.type === 'chunk' ? file.code : file.source.toString(),
    ]),
  )
}

/** Answers whatever the page asks for from what was built. */
export const serve = (page: Page, files: ReadonlyMap<string, string>, markup: string) =>
  page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url())
    const file = files.get(pathname)
    if (pathname !== '/' && file === undefined) return route.fulfill({ status: 204 })
    return route.fulfill({
      headers: { 'Content-Security-Policy': POLICY },
      contentType: TYPES[pathname.split('.').at(-1) ?? ''] ?? 'text/html; charset=utf-8',
      body: file ?? html(markup),
    })
  })

const html = (markup: string): string => `<!doctype html>
<html lang="en"><head><title>Components</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/main.css"><script type="module" src="/main.js"></script></head>
<body><div id="root">${markup}</div></body></html>`
