import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/local-services.ts'

const ROOT = join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** What a product has of its own, or gets with ours. */
const BESIDE = [
  'react',
  'react-dom',
  '@base-ui',
  '@types/react',
  '@types/react-dom',
  'zod',
  'csstype',
]

const CONSUMER = `
import { createFoyer, type Foyer, type Snapshot } from 'foyer/client'
import { Checklist, FoyerProvider, Recommendations, useSignUp, useSnapshot } from 'foyer/react'

const foyer: Foyer = createFoyer({ baseUrl: 'https://foyer.example' })

export const App = () => (
  <FoyerProvider foyer={foyer} onNavigate={(path) => path.startsWith('/')} words={{ later: 'Später' }}>
    <SignUp />
    <Checklist />
    <Recommendations />
  </FoyerProvider>
)

function SignUp() {
  const { email, problem, signUp } = useSignUp()
  const component: 'tooltip' | 'modal' | 'sidebar_hint' | 'email_trigger' | 'none' | undefined =
    useSnapshot(({ recommendation }: Snapshot) => recommendation?.ui_component)
  // @ts-expect-error a plan is missing, and a person without one cannot be signed up
  const wrong = () => signUp({ email: 'ada@example.com' })
  // @ts-expect-error types are there, so that this is nobody's field
  const unknown = foyer.getSnapshot().nothing
  return <button onClick={wrong}>{email ?? problem?.message ?? component ?? String(unknown)}</button>
}
`

const SERVER = `
import { createElement as h } from 'react'
import { renderToString } from 'react-dom/server'
import { createFoyer } from 'foyer/client'
import { Checklist, FoyerProvider, RecommendationAnchor, Recommendations, usePerson } from 'foyer/react'
const Kind = () => h('p', null, usePerson().kind)
const anchor = h(RecommendationAnchor, { action: 'invite' }, h('b'))
const page = h(FoyerProvider, { foyer: createFoyer() }, h(Kind), anchor, h(Checklist), h(Recommendations))
console.log(JSON.stringify({ markup: renderToString(page), css: import.meta.resolve('foyer/react.css') }))
`

const COMPILER = {
  strict: true,
  noEmit: true,
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  jsx: 'react-jsx',
  types: [],
  // As most products have it; that ours holds without is what the second run below shows.
  skipLibCheck: true,
}

describe('what a product installs', () => {
  let product: string
  let packed: readonly string[]
  const installed = (path: string) => join(product, 'node_modules/foyer', path)

  beforeAll(async () => {
    product = await temporaryFolder()
    const pack = ['pack', '--json', '--offline', '--pack-destination', product]
    const { stdout } = await run('npm', pack, { cwd: ROOT })
    // The build's own lines come before.
    const [{ filename, files }] = JSON.parse(stdout.slice(stdout.lastIndexOf('\n[') + 1)) as [
      { filename: string; files: { path: string }[] },
    ]
    packed = files.map(({ path }) => path)
    await mkdir(installed('.'), { recursive: true })
    await run('tar', [
      '-xzf',
      join(product, filename),
      '-C',
      installed('.'),
      '--strip-components=1',
    ])
    for (const name of BESIDE) {
      await mkdir(dirname(join(product, 'node_modules', name)), { recursive: true })
      await symlink(join(ROOT, 'node_modules', name), join(product, 'node_modules', name))
    }
    await writeFile(join(product, 'package.json'), '{"type":"module"}')
    await writeFile(join(product, 'app.tsx'), CONSUMER)
    await writeFile(join(product, 'server.js'), SERVER)
  })
  afterAll(() => rm(product, { recursive: true }))

  test('S14: is the client and nothing of the server', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'dist/client/client.js',
        'dist/client/react.js',
        'client/react/foyer.css',
      ]),
    )
    expect(
      packed.filter(
        (path) =>
          !/^(?:dist\/client\/[a-z-]+\.js|dist\/client\/types\/(?:client|src\/contract)\/.+\.d\.ts)$/.test(
            path,
          ),
      ),
    ).toEqual(['LICENSE', 'README.md', 'client/react/foyer.css', 'package.json'])
  })

  test.each([
    { module: 'esnext', moduleResolution: 'bundler' },
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: false },
  ])('S14: is typed with %j', async (options) => {
    const config = { compilerOptions: { ...COMPILER, ...options }, include: ['app.tsx'] }
    await writeFile(join(product, 'tsconfig.json'), JSON.stringify(config))
    const checked = run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', product], { cwd: product })
    expect(await checked.catch((error: { stdout: string }) => error)).toMatchObject({ stdout: '' })
  })

  test('S14: renders on a server', async () => {
    const { stdout } = await run(process.execPath, ['server.js'], { cwd: product })
    const { markup, css } = JSON.parse(stdout) as { markup: string; css: string }
    expect(markup).toBe(
      '<p>nobody</p><span class="foyer-anchor" data-foyer-action="invite"><b></b></span>',
    )
    expect(await readFile(new URL(css), 'utf8')).toContain('.foyer-modal')
  })

  test('S14: tells frameworks with server components that hooks run in the browser', async () => {
    expect(await readFile(installed('dist/client/react.js'), 'utf8')).toMatch(/^"use client";/)
    expect(await readFile(installed('dist/client/client.js'), 'utf8')).not.toContain('use client')
  })

  test('S14: is made for production, wherever it was built', async () => {
    expect(await readFile(installed('dist/client/react.js'), 'utf8')).not.toMatch(/jsxDEV|jsx-dev/)
  })

  test.each([
    ['dist/client/client.js', 16_500],
    ['dist/client/react.js', 9_000],
    ['client/react/foyer.css', 4_000],
  ])('S14: %s is below %d bytes, compressed and not even minified', async (path, most) => {
    expect(gzipSync(await readFile(installed(path))).byteLength).toBeLessThan(most)
  })
})
