import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

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

  test.each(['index', 'resume', 'unsubscribe'])('%s.html has no script or style within', (page) => {
    const html = read(`web/${page}.html`)
    expect(html).not.toMatch(/<script(?![^>]*\bsrc="\.\/)|<style|\sstyle=|\son\w+=|javascript:/i)
  })

  test.each(['page', 'press-button', 'prove', 'resume', 'sign-up', 'unsubscribe', 'watch'])(
    '%s.ts writes text, never markup',
    (script) => {
      expect(read(`web/${script}.ts`)).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/,
      )
    },
  )
})

test('X30: the platform keeps no line of its own about a request, with its URL and headers', () => {
  const [, logs = ''] = read('wrangler.toml').split('[observability.logs]')
  expect(logs.split('\n[')[0]).toMatch(/^invocation_logs = false$/m)
})
