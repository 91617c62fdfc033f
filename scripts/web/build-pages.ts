import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ViteBuilder } from 'vite'
import { z } from 'zod'
import { type Assets, ENTRIES, type Renderer } from '../../web/entries.ts'

/** As Vite writes it to `.vite/manifest.json`. */
const Manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    imports: z.array(z.string()).default([]),
    css: z.array(z.string()).default([]),
  }),
)
type Manifest = z.infer<typeof Manifest>

const BuiltRenderer = z.custom<Renderer>(
  (module) =>
    typeof module === 'object' && module !== null && 'html' in module && 'rewrites' in module,
)

const SCRIPT = 'main.tsx'

/**
 * Builds what browsers load and what renders the pages in Node, and lets the one write the HTML that
 * loads the other.
 */
export async function buildPages(builder: ViteBuilder): Promise<void> {
  const { client, ssr } = builder.environments
  if (client === undefined || ssr === undefined) throw new Error('vite.config.ts names both')
  await builder.build(client)
  await builder.build(ssr)
  const to = resolve(client.config.root, client.config.build.outDir)
  const from = resolve(ssr.config.root, ssr.config.build.outDir, 'render.js')
  const manifest = Manifest.parse(
    JSON.parse(readFileSync(join(to, '.vite', 'manifest.json'), 'utf8')),
  )
  // What is in this folder is served.
  rmSync(join(to, '.vite'), { recursive: true })
  const renderer = BuiltRenderer.parse(await import(pathToFileURL(from).href))
  writeFileSync(join(to, '_redirects'), renderer.rewrites())
  for (const entry of ENTRIES) {
    const assets = assetsOf(manifest, `pages/${entry.page}/page.tsx`)
    writeFileSync(join(to, `${entry.file}.html`), renderer.html(entry, assets))
  }
}

/** All that the page's module stands on, so that nothing is asked for only after something came. */
export function assetsOf(manifest: Manifest, page: string): Assets {
  const names = [...new Set([SCRIPT, page].flatMap((name) => [name, ...importsOf(manifest, name)]))]
  const chunks = names.map((name) => chunkOf(manifest, name))
  return {
    script: address(chunkOf(manifest, SCRIPT).file),
    modules: chunks.map(({ file }) => address(file)).slice(1),
    styles: [...new Set(chunks.flatMap(({ css }) => css))].map(address),
  }
}

const address = (file: string): string => `/${file}`

const importsOf = (manifest: Manifest, name: string): readonly string[] =>
  chunkOf(manifest, name).imports.flatMap((next) => [next, ...importsOf(manifest, next)])

function chunkOf(manifest: Manifest, name: string) {
  const chunk = manifest[name]
  if (chunk === undefined) throw new Error(`${name} was not built`)
  return chunk
}
