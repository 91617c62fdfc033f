import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createBuilder } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogue } from '../../src/catalogue.ts'
import { openApiDocument } from '../../src/http/openapi/document.ts'
import { ENTRIES } from '../../web/entries.ts'
import { PRODUCT_PATHS } from '../../web/product/paths.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

describe('X51: the pages', () => {
  const [pages = ''] = read('web/public/_headers').split(/^\/assets/m)
  const header = (name: string) => new RegExp(`^  ${name}: (.*)$`, 'm').exec(pages)?.[1]

  test('run our files and nothing else, and nobody frames them', () => {
    expect(pages.startsWith('/*\n')).toBe(true)
    const policy = header('Content-Security-Policy')?.split('; ')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("style-src 'self'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy?.join()).not.toMatch(/unsafe|\*|https?:/)
    expect(header('X-Content-Type-Options')).toBe('nosniff')
    expect(header('Cross-Origin-Opener-Policy')).toBe('same-origin')
  })

  test('tell nobody where somebody came from: their address may hold a link', () => {
    expect(header('Referrer-Policy')).toBe('no-referrer')
  })

  test.each(globSync('{web,client}/**/*.{ts,tsx}', { cwd: ROOT }))(
    '%s writes text, never markup',
    (script) => {
      expect(read(script)).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/i,
      )
    },
  )
})

describe('X51: the pages as they are built', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foyer-pages-'))
  const built = (file: string) => readFileSync(join(folder, 'web', file), 'utf8')

  beforeAll(async () => {
    const builder = await createBuilder({
      configFile: join(ROOT, 'vite.config.ts'),
      root: join(ROOT, 'web'),
      logLevel: 'warn',
      environments: {
        client: { build: { outDir: join(folder, 'web') } },
        // Beside the packages that it takes from there.
        ssr: { build: { outDir: join(ROOT, 'dist', `render-${process.pid}`) } },
      },
    })
    await builder.buildApp()
  })

  afterAll(() => {
    rmSync(folder, { recursive: true })
    rmSync(join(ROOT, 'dist', `render-${process.pid}`), { recursive: true, force: true })
  })

  describe.each(ENTRIES)('$file', ({ file, page }) => {
    test('has no script or style within', () => {
      expect(built(`${file}.html`)).not.toMatch(
        /<script(?![^>]*\bsrc="\/assets\/)|<style|\sstyle=|\son\w+=|javascript:/i,
      )
    })

    test('is there before any script runs, and says what it is', () => {
      const html = built(`${file}.html`)
      expect(html).toMatch(/<main[ >]/)
      expect(html).toMatch(/<title>[^<]+<\/title>/)
      expect(html).toContain(`data-page="${page}"`)
    })

    test('asks for a style, scripts, and only for files that are there', () => {
      const asked = [...built(`${file}.html`).matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)]
      const paths = asked.map(([, path = '']) => path)
      expect(paths.filter((path) => path.endsWith('.css')).length).toBeGreaterThan(0)
      expect(paths.filter((path) => path.endsWith('.js')).length).toBeGreaterThan(1)
      for (const path of paths) expect(built(path).length).toBeGreaterThan(0)
    })
  })

  test('the page of the API loads files of ours that are there, and shows every route', () => {
    const html = built('docs.html')
    expect(html).not.toMatch(/<script(?![^>]*\bsrc="\/)|<style|\sstyle=|\son\w+=|javascript:/i)
    const asked = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path = '']) => path)
    expect(asked).toContain('openapi.json')
    for (const path of asked) expect(built(path).length).toBeGreaterThan(0)
    expect(JSON.parse(built('openapi.json'))).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
  })

  test('S14: the sign-up page loads nothing of the product', () => {
    const bytesOf = (file: string) =>
      [...built(file).matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].reduce(
        (bytes, [, path = '']) => bytes + gzipSync(built(path)).length,
        0,
      )
    expect(bytesOf('index.html')).toBeLessThan(bytesOf('product.html'))
    expect(built('index.html')).not.toContain('recommendations-')
  })

  test('A6: every page of the catalogue is served, so that nothing recommended leads nowhere', () => {
    const rewrites = built('_redirects').trim().split('\n')
    expect(rewrites).toEqual(PRODUCT_PATHS.map((path) => `${path} /product 200`))
    const own = ENTRIES.map(({ file }) => (file === 'index' ? '/' : `/${file}`))
    for (const page of catalogue.pages) expect([...PRODUCT_PATHS, ...own]).toContain(page)
  })
})

test('X30: the platform keeps no line of its own about a request, with its URL and headers', () => {
  const [, logs = ''] = read('wrangler.toml').split('[observability.logs]')
  expect(logs.split('\n[')[0]).toMatch(/^invocation_logs = false$/m)
})
